import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { readComposeFile } from '../../src/manifests/compose-file';

const root = join(__dirname, '../../../..');
const folder = join(root, 'deploy/observability');
const read = (path: string): string => readFileSync(path, 'utf8');

interface Panel {
  readonly title: string;
  readonly targets: readonly { readonly expr: string }[];
}

interface AlertFile {
  readonly groups: readonly { readonly rules: readonly { readonly alert: string; readonly expr: string }[] }[];
}

/** Names of the metrics that the services register. */
function registeredMetrics(): ReadonlySet<string> {
  const sources = ['apps', 'libs'].flatMap((kind) =>
    readdirSync(join(root, kind), { recursive: true, encoding: 'utf8' })
      .filter((path) => /^[^/]+\/src\/.*(?<!\.spec)\.ts$/.test(path) && !path.startsWith('deployment/'))
      .map((path) => read(join(root, kind, path))),
  );
  const names = sources.flatMap((source) => {
    const prefix = /`(affinity_[a-z_]+_)\$\{/.exec(source)?.[1];
    const built =
      prefix === undefined ? [] : [...source.matchAll(/name\('([a-z_]+)'\)/g)].map(([, rest]) => `${prefix}${rest}`);
    return [...[...source.matchAll(/'(affinity_[a-z_]+)'/g)].map(([, name]) => String(name)), ...built];
  });
  return new Set(names);
}

const metricsIn = (expression: string): readonly string[] =>
  [...expression.matchAll(/affinity_[a-z_]+/g)].map(([name]) => name.replace(/_(bucket|sum|count)$/, ''));

describe('what watches the services', () => {
  const registered = registeredMetrics();
  const dashboard = JSON.parse(read(join(folder, 'grafana/dashboards/affinity.json'))) as { panels: readonly Panel[] };
  const alerts = parse(read(join(folder, 'prometheus/alerts.yaml'))) as AlertFile;
  const scaled = read(join(root, 'deploy/kubernetes/components/keda/scaled-objects.yaml'));

  it('draws, alarms and scales by metrics that the services register', () => {
    const expressions = [
      ...dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
      ...alerts.groups.flatMap(({ rules }) => rules.map(({ expr }) => expr)),
      ...scaled.split('\n').filter((line) => line.includes('query:')),
    ];
    const used = new Set(expressions.flatMap(metricsIn));
    expect(used.size).toBeGreaterThan(8);
    expect([...used].filter((name) => !registered.has(name))).toEqual([]);
  });

  it('scrapes each service that shows metrics, on its port', () => {
    const scrape = parse(read(join(folder, 'prometheus/prometheus.yaml'))) as {
      scrape_configs: readonly { dns_sd_configs: readonly { names: readonly string[]; port: number }[] }[];
    };
    const { services } = readComposeFile(read(join(root, 'docker-compose.yml')));
    const showing = Object.entries(services).filter(
      ([, { environment }]) => environment?.['AFFINITY_METRICS_HOST'] !== undefined,
    );
    const [target] = scrape.scrape_configs.flatMap(({ dns_sd_configs }) => dns_sd_configs);
    expect([...(target?.names ?? [])].sort()).toEqual(showing.map(([name]) => name).sort());
    expect(target?.port).toBe(9464);
  });

  it('gives each panel a title and a place of its own', () => {
    const titles = dashboard.panels.map(({ title }) => title);
    expect(new Set(titles).size).toBe(titles.length);
  });
});
