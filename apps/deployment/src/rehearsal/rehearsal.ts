import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { auditLake } from '../audit/lake-audit';
import { auditPopulation, auditVisitors } from '../audit/store-audit';
import { generateData, readData, writeNextSchema, type RehearsalData } from '../rehearsal-data';
import { loadCatalogueInto } from '../traffic/load-catalogue';
import type { TrafficCounts } from '../traffic/traffic';
import { Compose } from './compose';
import { killEach } from './kill-each';
import { rollEach } from './roll-each';
import { scaleOutAndBack } from './scale-out';
import { TrafficContainer } from './traffic-container';

/** What is done under load, after what is always done: a replay, and "down" and "up". */
export const rehearsalSteps = ['kill', 'scale', 'roll'] as const;

/** What a rehearsal does. */
export interface RehearsalOptions {
  readonly seed: number;
  readonly steps: readonly (typeof rehearsalSteps)[number][];
  /** Events a second while things are broken and changed. */
  readonly rate: number;
  /** Tag of the images that the others are replaced by. */
  readonly nextVersion: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Told of each step in one line. */
  readonly report: (line: string) => void;
}

const project = 'affinity-rehearsal';
const partitions = 32;
/** More events than a rehearsal gets to publish. */
const size = { items: 500, users: 300, events: 60_000 };
/** Replayed before anything is broken. */
const firstEvents = 5_000;
const firstRate = 1_000;
const readsPerSecond = 20;
const anyFreePort = Object.fromEntries(
  ['INGEST', 'FEATURE_STORE', 'GATEWAY', 'NATS', 'REDIS', 'DYNAMODB', 'OBJECT_STORE', 'PERSONALIZE'].map((name) => [
    `${name}_PORT`,
    '0',
  ]),
);

/**
 * Brings the compose stack up under a name of its own, replays a marketplace through it, and compares every stored count with
 * a plain loop: after the replay, after "down" and "up", after killing each container under load, after scaling the
 * aggregators from one to three and back and replacing each service by its next version under load. Resolves with what did
 * not hold. Removes all that it made, its volumes included.
 */
export async function rehearse(options: RehearsalOptions): Promise<readonly string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'affinity-rehearsal-'));
  const fast = { LAKE_FLUSH_MS: '3000', GRPC_MAX_CONNECTION_AGE_MS: '3000' };
  const settings = { SCHEMA_FILE: join(folder, 'schema.yaml'), ...fast, ...anyFreePort };
  const environment = { ...options.environment, ...settings };
  const compose = new Compose(project, environment);
  try {
    await generateData(folder, { ...size, seed: options.seed });
    const rehearsal = new Rehearsal({ ...options, environment }, compose, { folder, data: await readData(folder) });
    return await rehearsal.run();
  } finally {
    await compose.compose(['down', '--volumes', '--timeout', '30']);
    await rm(folder, { recursive: true, force: true });
  }
}

class Rehearsal {
  /** Interactions published so far: the first so many. */
  private published = 0;
  private readonly failures: string[] = [];

  constructor(
    private readonly options: RehearsalOptions,
    private readonly compose: Compose,
    private readonly source: { readonly folder: string; readonly data: RehearsalData },
  ) {}

  async run(): Promise<readonly string[]> {
    const { compose, options } = this;
    await this.bringUp('up');
    await loadCatalogueInto(await compose.published('feature-store', 7002), this.source.data.items);
    const replayed = await this.traffic({ events: firstEvents, rate: firstRate, reads: 0 }).finished();
    await this.audit('replay', replayed);

    await compose.compose(['down', '--timeout', '30']);
    await this.bringUp('up again after down');
    await this.audit('down and up', noTraffic);

    const { report, nextVersion, steps } = options;
    const change = { compose, report };
    if (steps.includes('kill')) await this.underTraffic('kills', () => killEach(compose, report));
    if (steps.includes('scale')) await this.changedUnderTraffic('scale-out', () => scaleOutAndBack(change));
    if (steps.includes('roll')) {
      const next = { tag: nextVersion, schemaFile: await writeNextSchema(this.source.folder) };
      await this.changedUnderTraffic('rolling update', () => rollEach(change, next));
    }
    return this.failures;
  }

  private async bringUp(what: string): Promise<void> {
    const startedAtMs = performance.now();
    await this.compose.compose(['up', '--detach', '--wait']);
    this.options.report(`${what}: healthy after ${((performance.now() - startedAtMs) / 1_000).toFixed(1)} s`);
  }

  private async underTraffic(what: string, act: () => Promise<void>): Promise<TrafficCounts> {
    const traffic = this.traffic({ events: size.events, rate: this.options.rate, reads: readsPerSecond });
    try {
      await act();
    } finally {
      await traffic.stop();
    }
    await this.audit(what, traffic.counts);
    return traffic.counts;
  }

  /** Like {@link underTraffic}, for what no reader may notice. */
  private async changedUnderTraffic(what: string, act: () => Promise<void>): Promise<void> {
    const { failedReads, failures } = await this.underTraffic(what, act);
    if (failedReads > 0) this.failures.push(`${what}: ${failedReads} reads failed: ${failures.join('; ')}`);
  }

  private traffic({ events, rate, reads }: { events: number; rate: number; reads: number }): TrafficContainer {
    const part = { folder: this.source.folder, from: this.published, events, rate, readsPerSecond: reads };
    return TrafficContainer.start(this.compose, part, this.options.environment);
  }

  private async audit(what: string, counts: TrafficCounts): Promise<void> {
    this.published += counts.acknowledged;
    const { compose, options, source } = this;
    const interactions = source.data.interactions.slice(0, this.published);
    const endpoint = `http://${await compose.published('dynamodb', 8000)}`;
    const audit = { endpoint, partitions, data: source.data, interactions };
    const visitors = await auditVisitors(audit);
    const population = await auditPopulation(audit);
    const lake = await auditLake(`http://${await compose.published('object-store-local', 9000)}`, this.published);
    const differences = [...visitors.differences, ...population.differences];
    if (differences.length > 0) this.failures.push(`${what}: ${differences.join('; ')}`);
    if (lake.lines !== this.published || lake.distinctEvents !== this.published) {
      this.failures.push(
        `${what}: the lake has ${lake.lines} lines, ${lake.distinctEvents} different, of ${this.published}`,
      );
    }
    options.report(
      `${what}: ${counts.acknowledged} events more (${counts.retries} calls repeated), ${counts.reads} reads, ` +
        `${counts.failedReads} failed; ${this.published} in all: ` +
        `${visitors.tilesCompared} + ${population.tilesCompared} tiles, ` +
        `${visitors.numbersCompared + population.numbersCompared} numbers, ` +
        `${visitors.differenceCount + population.differenceCount} differences; lake ${lake.distinctEvents} of ${lake.lines} lines`,
    );
  }
}

const noTraffic: TrafficCounts = { acknowledged: 0, retries: 0, reads: 0, failedReads: 0, failures: [] };
