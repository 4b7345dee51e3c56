import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** What the sources of the services say about the metrics that they show. */
export interface RegisteredMetrics {
  readonly names: ReadonlySet<string>;
  readonly labels: ReadonlySet<string>;
  /** Every text in quotes: a label's value is among them. */
  readonly texts: ReadonlySet<string>;
}

/** Labels that the registry, the histograms of prom-client and Prometheus itself add. */
const addedLabels = ['service', 'le', 'instance'];

/** Reads the metrics that the sources of apps and libs below `root` register. */
export function readRegisteredMetrics(root: string): RegisteredMetrics {
  const sources = ['apps', 'libs'].flatMap((kind) =>
    readdirSync(join(root, kind), { recursive: true, encoding: 'utf8' })
      .filter((path) => /^[^/]+\/src\/.*(?<!\.spec)\.ts$/.test(path) && !path.startsWith('deployment/'))
      .map((path) => readFileSync(join(root, kind, path), 'utf8')),
  );
  const labels = sources.flatMap((source) =>
    [...source.matchAll(/labels: \[([^\]]*)\]/g)].flatMap(([all]) => quoted(all)),
  );
  return {
    names: new Set(sources.flatMap(namesIn)),
    labels: new Set([...labels, ...addedLabels]),
    texts: new Set(sources.flatMap(quoted)),
  };
}

/** Names in quotes, and those that are built from a prefix. */
function namesIn(source: string): readonly string[] {
  const prefix = /`(affinity_[a-z_]+_)\$\{/.exec(source)?.[1];
  const endings = [...source.matchAll(/name\('([a-z_]+)'\)/g)].map(([, ending]) => String(ending));
  const built = prefix === undefined ? [] : endings.map((ending) => `${prefix}${ending}`);
  return [...quoted(source).filter((text) => text.startsWith('affinity_')), ...built];
}

function quoted(source: string): readonly string[] {
  return [...source.matchAll(/'([a-z_]+)'/g)].map(([, text]) => String(text));
}
