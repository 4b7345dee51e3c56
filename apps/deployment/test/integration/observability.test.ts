import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { readComposeFile } from '../../src/manifests/compose-file';
import {
  collectorFile,
  dashboardProvidersFile,
  dataSourcesFile,
  schemaProblems,
} from './observability/configuration-schemas';
import { dashboardProblems, type DashboardFile } from './observability/dashboard-problems';
import { expressionProblems } from './observability/expression-problems';
import { dashboardTypeProblems } from './observability/grafana-types';
import { oneLetterChanges, type DependedOn, type OneLetterChange } from './observability/one-letter-changes';
import { Promtool } from './observability/promtool';
import { readRegisteredMetrics } from './observability/registered-metrics';

const root = join(__dirname, '../../../..');
const folder = join(root, 'deploy/observability');
const read = (path: string): string => readFileSync(path, 'utf8');
const registered = readRegisteredMetrics(root);
const compose = readComposeFile(read(join(root, 'docker-compose.yml')));
const word = /[A-Za-z_]+/g;
/** Texts that nothing but a person reads. */
const readByPeople = /\/(groups\/name|job_name|summary|title|tags|providers\/name|datasources\/name)$|^\/uid$/;

/** Fetching promtool takes a while on a slow line. */
jest.setTimeout(360_000);

async function unnoticed(
  changes: Iterable<OneLetterChange>,
  isNoticed: (document: unknown) => Promise<boolean> | boolean,
): Promise<readonly string[]> {
  const missed: string[] = [];
  for (const { what, document } of changes) if (!(await isNoticed(document))) missed.push(what);
  return missed;
}

/** Container ports that a service of docker-compose.yml publishes. */
function portsOf(service: string): readonly number[] {
  return (compose.services[service]?.ports ?? []).map((published) => Number(published.split(':').at(-1)));
}

/** Where a service of docker-compose.yml sees a folder or file. */
function mountedAt(service: string, source: string): string | undefined {
  const volumes = compose.services[service]?.volumes ?? [];
  return volumes.flatMap((volume) =>
    typeof volume === 'object' && volume.source === source ? [volume.target] : [],
  )[0];
}

interface RulesFile {
  readonly groups: readonly { readonly rules: readonly { readonly expr: string }[] }[];
}

interface ScrapeFile {
  readonly scrape_configs: readonly {
    readonly dns_sd_configs: readonly { names: readonly string[]; port: number }[];
  }[];
}

describe("Prometheus' files", () => {
  const config = parse(read(join(folder, 'prometheus/prometheus.yaml'))) as ScrapeFile;
  const rules = parse(read(join(folder, 'prometheus/alerts.yaml'))) as RulesFile;
  const scenarios = parse(read(join(__dirname, 'observability/alert-scenarios.yaml'))) as unknown;
  const scaledObjects = read(join(root, 'deploy/kubernetes/components/keda/scaled-objects.yaml'));
  let promtool: Promtool;

  beforeAll(async () => {
    promtool = await Promtool.find();
  });

  const scrapeProblems = ({ scrape_configs: scrapes }: ScrapeFile): readonly string[] => {
    const showing = Object.entries(compose.services).filter(
      ([, { environment }]) => environment?.['AFFINITY_METRICS_HOST'] !== undefined,
    );
    const targets = scrapes.flatMap(({ dns_sd_configs: configs }) => configs);
    const names = targets.flatMap((target) => target.names);
    const expected = showing.map(([name]) => name);
    return [
      ...expected.filter((name) => !names.includes(name)).map((name) => `${name} is not scraped`),
      ...names.filter((name) => !expected.includes(name)).map((name) => `${name} shows no metrics`),
      ...targets.filter(({ port }) => port !== 9464).map(({ port }) => `no service shows metrics on port ${port}`),
    ];
  };

  const configIsNoticed = async (changed: unknown): Promise<boolean> => {
    const { exitCode, output } = await promtool.checkConfig(changed, rules);
    if (exitCode !== 0 || !output.includes('1 rule files found')) return true;
    return scrapeProblems(changed as ScrapeFile).length > 0;
  };

  it('are valid for promtool, and scrape each service that shows metrics, on its port', async () => {
    expect(await promtool.checkConfig(config, rules)).toMatchObject({ exitCode: 0 });
    expect(scrapeProblems(config)).toEqual([]);
    expect(await configIsNoticed(config)).toBe(false);
  });

  it('alarm in the scenarios in which they have to, and not before', async () => {
    expect(await promtool.testRules(scenarios, rules)).toMatchObject({ exitCode: 0 });
  });

  it('ask for metrics, labels and values that the services register', () => {
    const queries = [...scaledObjects.matchAll(/query: (.*)$/gm)].map(([, query]) => String(query));
    const expressions = [...rules.groups.flatMap((group) => group.rules.map(({ expr }) => expr)), ...queries];
    expect(expressions.length).toBeGreaterThan(7);
    expect(expressions.flatMap((expression) => expressionProblems(expression, registered))).toEqual([]);
  });

  it("have PromQL in KEDA's queries too", async () => {
    const queries = [...scaledObjects.matchAll(/query: (.*)$/gm)].map(([, query]) => String(query));
    expect(queries.length).toBeGreaterThan(3);
    expect(await promtool.unparsable([...queries, 'sum(rate(unfinished[5m])'])).toEqual(new Set([queries.length]));
  });

  it('are found wrong when one letter changes', async () => {
    const ofConfig: DependedOn = (path) => (readByPeople.test(path) ? undefined : word);
    expect(await unnoticed(oneLetterChanges(config, ofConfig), configIsNoticed)).toEqual([]);
    const ruleIsNoticed = async (changed: unknown): Promise<boolean> => {
      if ((await promtool.checkConfig(config, changed)).exitCode !== 0) return true;
      return (await promtool.testRules(scenarios, changed)).exitCode !== 0;
    };
    const ofRules: DependedOn = (path) => (readByPeople.test(path) ? undefined : word);
    expect(await unnoticed(oneLetterChanges(rules, ofRules), ruleIsNoticed)).toEqual([]);
  });
});

describe("Grafana's files", () => {
  const dashboard = JSON.parse(read(join(folder, 'grafana/dashboards/affinity.json'))) as DashboardFile;
  const dataSources = parse(read(join(folder, 'grafana/provisioning/datasources/prometheus.yaml'))) as unknown;
  const providers = parse(read(join(folder, 'grafana/provisioning/dashboards/affinity.yaml'))) as unknown;

  const sourceProblems = (document: unknown): readonly string[] => {
    const problems = schemaProblems(dataSourcesFile, document);
    if (problems.length > 0) return problems;
    const urls = dataSourcesFile.parse(document).datasources.map(({ url }) => new URL(url));
    const named = dataSourcesFile.parse(document).datasources.map(({ uid }) => uid);
    const asked = dashboard.panels.map(({ datasource: { uid } }) => uid);
    if (asked.some((uid) => !named.includes(uid))) return ['a panel asks a data source that is not provisioned'];
    return urls
      .filter(({ hostname, port }) => !portsOf(hostname).includes(Number(port)))
      .map(({ href }) => `nothing listens on ${href}`);
  };

  const providerProblems = (document: unknown): readonly string[] => {
    const problems = schemaProblems(dashboardProvidersFile, document);
    if (problems.length > 0) return problems;
    const place = mountedAt('grafana', './deploy/observability/grafana/dashboards');
    const paths = dashboardProvidersFile.parse(document).providers.map(({ options: { path } }) => path);
    return paths.filter((path) => path !== place).map((path) => `no dashboards are mounted at ${path}`);
  };

  const [source] = dataSourcesFile.parse(dataSources).datasources;
  if (source === undefined) throw new Error('no data source is provisioned');

  it('are of the version of its image', () => {
    const { devDependencies } = JSON.parse(read(join(__dirname, '../../package.json'))) as {
      devDependencies: Readonly<Record<string, string>>;
    };
    expect(compose.services['grafana']?.image).toBe(`grafana/grafana:${String(devDependencies['@grafana/schema'])}`);
  });

  it("are valid by Grafana's types and by what is mounted and listens", () => {
    expect(dashboardTypeProblems([dashboard])).toEqual([[]]);
    expect(sourceProblems(dataSources)).toEqual([]);
    expect(providerProblems(providers)).toEqual([]);
  });

  it('draw what the services show', async () => {
    expect(dashboardProblems(dashboard, { source, registered })).toEqual([]);
    const expressions = dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));
    expect(await (await Promtool.find()).unparsable(expressions)).toEqual(new Set());
  });

  it('are found wrong when one letter of provisioning changes', async () => {
    const dependedOn: DependedOn = (path) => (readByPeople.test(path) ? undefined : word);
    const isSourceNoticed = (changed: unknown): boolean => sourceProblems(changed).length > 0;
    const isProviderNoticed = (changed: unknown): boolean => providerProblems(changed).length > 0;
    expect(await unnoticed(oneLetterChanges(dataSources, dependedOn), isSourceNoticed)).toEqual([]);
    expect(await unnoticed(oneLetterChanges(providers, dependedOn), isProviderNoticed)).toEqual([]);
  });

  it('are found wrong when one letter of a dashboard changes', async () => {
    const dependedOn: DependedOn = (path) => {
      if (path.endsWith('/legendFormat')) return /(?<=\{\{)\w+/g;
      return readByPeople.test(path) ? undefined : word;
    };
    const changes = [...oneLetterChanges(dashboard, dependedOn)];
    const ofTypes = dashboardTypeProblems(changes.map(({ document }) => document));
    const left = changes.filter((_, i) => ofTypes[i]?.length === 0);
    const unseen = left.filter(
      ({ document }) => dashboardProblems(document as DashboardFile, { source, registered }).length === 0,
    );
    expect(changes.length).toBeGreaterThan(250);
    expect(await notPromql(unseen)).toEqual([]);
  });

  /** Those of the changes after which every expression still is PromQL. */
  async function notPromql(changes: readonly OneLetterChange[]): Promise<readonly string[]> {
    const expressions = changes.map(({ document }) =>
      (document as DashboardFile).panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
    );
    const promtool = await Promtool.find();
    const unparsable = await Promise.all(expressions.map((of) => promtool.unparsable(of)));
    return changes.filter((_, i) => unparsable[i]?.size === 0).map(({ what }) => what);
  }
});

describe("the collector's file", () => {
  const collector = parse(read(join(folder, 'otel-collector.yaml'))) as unknown;
  const problemsOf = (document: unknown): readonly string[] => {
    const problems = schemaProblems(collectorFile, document);
    if (problems.length > 0) return problems;
    const { endpoint } = collectorFile.parse(document).receivers.otlp.protocols.http;
    return portsOf('otel-collector').includes(Number(endpoint.split(':')[1])) ? [] : [`${endpoint} is not published`];
  };

  it('has the components that its pipeline names, and listens where it is published', () => {
    expect(problemsOf(collector)).toEqual([]);
  });

  it('is found wrong when one letter changes', async () => {
    const isNoticed = (changed: unknown): boolean => problemsOf(changed).length > 0;
    expect(
      await unnoticed(
        oneLetterChanges(collector, () => word),
        isNoticed,
      ),
    ).toEqual([]);
  });
});
