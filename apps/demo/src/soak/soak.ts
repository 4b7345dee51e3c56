import { loadCatalogue } from '@affinity/datasets';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { DemoContext } from '../demo';
import { openClients } from '../demo-clients';
import { prepareData } from '../demo-data';
import { Checklist } from '../report/checklist';
import { allApps, type SystemApp } from '../system/system-apps';
import { startLocalSystem, type LocalSystem } from '../system/local-system';
import { memoryProbeOptions, readMemory, type MemoryReading } from './memory-reading';
import { SoakLoad, type SoakCounts, type SoakRates } from './soak-load';

/** How long and how hard. */
export interface SoakOptions {
  readonly minutes: number;
  readonly rates: SoakRates;
}

/** A load that two cores carry for a long time. */
export const defaultSoakOptions: SoakOptions = {
  minutes: 10,
  rates: { events: 200, reads: 100, recommendations: 10 },
};

/** Most that a heap may grow over the second half. */
const mostGrowth = 0.05;
const progressMs = 30_000;
const megabyte = 1_000_000;
/** Few enough that everybody is met often, so that what may be remembered of them is remembered by half-time. */
const marketplace = { seed: 7, items: 500, users: 300, events: 2_000 };
/** What may be remembered is little, so that every limit is reached by half-time: after that nothing has a reason to grow. */
const limits: Partial<Record<SystemApp, Readonly<Record<string, string>>>> = {
  'profile-aggregator': { AFFINITY_MAX_OPEN_BYTES: '4000000' },
  'feature-store': { AFFINITY_MEMORY_MAX_BYTES: '8000000', AFFINITY_ANSWER_MEMORY_MAX_BYTES: '4000000' },
  'personalize-local': {
    AFFINITY_MAX_VISITS_PER_VISITOR: '50',
    AFFINITY_MAX_EVENT_IDS: '20000',
    AFFINITY_MAX_INTERACTIONS: '20000',
  },
};

/**
 * Runs everything under a steady load, and compares what each service's heap holds after garbage collection at half-time and
 * at the end. Resolves with whether none grew by 5 % or more and no call failed. Leaves nothing behind.
 */
export async function runSoak({ minutes, rates }: SoakOptions, context: DemoContext): Promise<boolean> {
  const { report, signal } = context;
  const folder = await mkdtemp(join(tmpdir(), 'affinity-soak-'));
  const checks = new Checklist();
  try {
    const data = await prepareData({ marketplace }, join(folder, 'marketplace'), report);
    const system = await startLocalSystem({
      schemaText: data.dataset.schemaText,
      folder: join(folder, 'system'),
      lakeFlushMs: 10_000,
      nodeOptions: await memoryProbeOptions(folder),
      settings: limits,
      report: (line) => report.line(`  ${line}`),
      onCrash: (app, output) => checks.add(`${app} keeps running`, false, output),
    });
    const clients = openClients(system);
    try {
      await loadCatalogue(clients.items, data.items);
      const load = new SoakLoad(clients, data, rates);
      const readings = await underLoad({ minutes, load, system, context });
      judge(checks, readings, load.counts);
    } finally {
      clients.close();
      await system.stop();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  signal.throwIfAborted();
  report.heading('What had to hold');
  report.table(checks.rows());
  return checks.allHeld;
}

interface Readings {
  readonly halfway: ReadonlyMap<SystemApp, MemoryReading>;
  readonly end: ReadonlyMap<SystemApp, MemoryReading>;
}

interface Soaking {
  readonly minutes: number;
  readonly load: SoakLoad;
  readonly system: LocalSystem;
  readonly context: DemoContext;
}

async function underLoad({ minutes, load, system, context: { report, signal } }: Soaking): Promise<Readings> {
  const halfMs = minutes * 30_000;
  const halves: ReadonlyMap<SystemApp, MemoryReading>[] = [];
  for (const half of ['first', 'second']) {
    report.heading(`The ${half} half: ${(halfMs / 60_000).toFixed(1)} minutes of load`);
    const pause = new AbortController();
    const running = load.run(AbortSignal.any([pause.signal, signal]));
    const progress = setInterval(() => report.line(`  ${countsText(load.counts)}`), progressMs);
    try {
      await delay(halfMs, undefined, { signal });
    } finally {
      clearInterval(progress);
      pause.abort();
      await running;
    }
    // Nothing is under way while memory is read, so that the readings can be compared.
    const readings = await Promise.all(
      allApps.map(async (app) => [app, await readMemory(system.process(app))] as const),
    );
    halves.push(new Map(readings));
  }
  const [halfway = new Map<SystemApp, MemoryReading>(), end = halfway] = halves;
  report.heading('Heaps after garbage collection, in MB');
  report.table([
    ['service', 'half-time', 'end', 'growth', 'resident'],
    ...allApps.map((app) => row(app, halfway, end)),
  ]);
  return { halfway, end };
}

function row(app: SystemApp, halfway: Readings['halfway'], end: Readings['end']): readonly string[] {
  const [before, after] = [halfway.get(app), end.get(app)];
  if (before === undefined || after === undefined) return [app];
  const inMegabytes = (bytes: number): string => (bytes / megabyte).toFixed(1);
  const { heapBytes, residentBytes } = after;
  return [
    app,
    inMegabytes(before.heapBytes),
    inMegabytes(heapBytes),
    percent(growthOf(before, after)),
    inMegabytes(residentBytes),
  ];
}

function judge(checks: Checklist, { halfway, end }: Readings, counts: SoakCounts): void {
  for (const app of allApps) {
    const [before, after] = [halfway.get(app), end.get(app)];
    const growth = before === undefined || after === undefined ? NaN : growthOf(before, after);
    checks.add(`the heap of ${app} grew less than ${percent(mostGrowth)}`, growth < mostGrowth, percent(growth));
  }
  checks.add('no call failed', counts.failed === 0, [countsText(counts), ...counts.failures].join('; '));
}

function growthOf(before: MemoryReading, after: MemoryReading): number {
  return after.heapBytes / before.heapBytes - 1;
}

function percent(part: number): string {
  return `${(part * 100).toFixed(1)} %`;
}

function countsText({ events, reads, recommendations, failed }: SoakCounts): string {
  return `${events} events, ${reads} reads, ${recommendations} recommendations, ${failed} failed`;
}
