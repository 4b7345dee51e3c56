import { formatDay, startOfDay, type Day } from '@affinity/domain';
import {
  eventColumns,
  lakeQueries,
  tableDayFolder,
  upstreamColumns,
  upstreamDayFolder,
  type MutableObjectStore,
  type SqlEngine,
  type UnloadedObject,
} from '@affinity/lake';
import type { TombstoneSet } from '@affinity/profile-storage';
import { AffinityError } from '@affinity/service-kit';
import { createHash } from 'node:crypto';
import { eventsTable } from '../events-table';
import { folderOf, readManifest, removeOtherRuns, writeManifest, type TableManifest } from '../table-manifest';
import { hasUpstream, upstreamDay, type UpstreamObject } from '../upstream-day';
import { writeEvents } from './write-events';
import { writeQuarantine } from './write-quarantine';

/** What to curate, and with what. */
export interface CurateOptions {
  readonly store: MutableObjectStore;
  /** Makes the engine; asked for only when there is something to do. */
  readonly openEngine: () => Promise<SqlEngine>;
  /** The data set, such as `crm/dashboard_interaction`. */
  readonly prefix: string;
  /** The day by the time of arrival, as the upstream zone has it. */
  readonly day: Day;
  /** Days before it in which an event may have come already. */
  readonly repeatDays: number;
  readonly erased: TombstoneSet;
  readonly nowMs: number;
  /** Whether a day may be curated that the sink may still write to. Default false. */
  readonly openDay?: boolean;
  /** Only tell what would be done. Default false. */
  readonly dryRun?: boolean;
  readonly progress: (line: string) => void;
}

/** `unchanged`: the day was made from these very inputs before. `planned`: a dry run. */
export type CurateOutcome =
  | { readonly kind: 'made' | 'unchanged'; readonly manifest: TableManifest }
  | { readonly kind: 'planned'; readonly objects: number; readonly lines: number };

/** How long after its end a day may still get objects: the sink's buffer of 5 minutes, and twice that for good measure. */
const settleMs = 15 * 60_000;

/** Changes with every change of what the queries mean, so that days are made anew. */
const { typedEvents, wholeEvents, judgedEvents, quarantinedLines } = lakeQueries;
const queriesDigest = createHash('sha256')
  .update([typedEvents, wholeEvents, judgedEvents, quarantinedLines].join('\0'))
  .digest('hex');

/**
 * Makes a day of the `events` table from the upstream zone: typed, each event once, without those of erased profiles; lines
 * that are none go to the quarantine with the reason. Running it again is harmless, and does nothing while the inputs are the
 * same. Readers see the day before or the day after, never a mixture.
 *
 * Throws FAILED_PRECONDITION when the day is not over, an object is half-written, or an earlier day was not curated.
 */
export async function curateDay(options: CurateOptions): Promise<CurateOutcome> {
  const { store, prefix, day, progress, dryRun = false } = options;
  requireEnded(options);
  const objects = await upstreamDay(store, prefix, day);
  const lines = objects.reduce((sum, { count }) => sum + count, 0);
  const earlier = await earlierDays(options);
  const run = runDigest(options, { objects, earlier });
  progress(
    `${formatDay(day)}: ${objects.length} objects with ${lines} lines, ${earlier.length} earlier days, run ${run}`,
  );
  const current = await readManifest(store, eventsTable(prefix), day);
  if (current?.run === run && (await isComplete(store, current))) return { kind: 'unchanged', manifest: current };
  if (dryRun) return { kind: 'planned', objects: objects.length, lines };
  const engine = await options.openEngine();
  try {
    return { kind: 'made', manifest: await make(options, { engine, objects, lines, earlier, run }) };
  } finally {
    await engine.close();
  }
}

interface Plan {
  readonly objects: readonly UpstreamObject[];
  readonly earlier: readonly TableManifest[];
}

interface Making extends Plan {
  readonly engine: SqlEngine;
  readonly lines: number;
  readonly run: string;
}

function requireEnded({ day, nowMs, openDay = false }: CurateOptions): void {
  const settledAtMs = startOfDay(day + 1) + settleMs;
  if (openDay || nowMs >= settledAtMs) return;
  throw new AffinityError(
    'FAILED_PRECONDITION',
    `${formatDay(day)} may still get events until ${new Date(settledAtMs).toISOString()}: wait, or say --open-day`,
  );
}

async function earlierDays({ store, prefix, day, repeatDays }: CurateOptions): Promise<readonly TableManifest[]> {
  const found: TableManifest[] = [];
  for (let earlier = day - repeatDays; earlier < day; earlier += 1) {
    const manifest = await readManifest(store, eventsTable(prefix), earlier);
    if (manifest !== undefined) found.push(manifest);
    else if (await hasUpstream(store, prefix, earlier))
      throw new AffinityError(
        'FAILED_PRECONDITION',
        `events of ${formatDay(day)} may repeat those of ${formatDay(earlier)}: curate ${formatDay(earlier)} first`,
      );
  }
  return found;
}

function runDigest({ erased }: CurateOptions, { objects, earlier }: Plan): string {
  const hash = createHash('sha256').update(`${queriesDigest} ${erased.digest}\n`);
  for (const { key, sha256 } of objects) hash.update(`${key} ${sha256}\n`);
  for (const { day, run } of earlier) hash.update(`${day} ${run}\n`);
  return hash.digest('hex').slice(0, 16);
}

async function isComplete(store: MutableObjectStore, { outputs }: TableManifest): Promise<boolean> {
  const heads = await Promise.all(outputs.map(({ key }) => store.head(key)));
  return heads.every((head, i) => head?.bytes === outputs[i]?.bytes);
}

async function make(options: CurateOptions, making: Making): Promise<TableManifest> {
  const { store, prefix } = options;
  const { engine, objects, run } = making;
  const name = eventsTable(prefix);
  const day = formatDay(options.day);
  await removeOtherRuns(store, { name, day, keep: await standingOutputs(options, run) });
  await defineInputs(options, making);
  const events = await writeEvents({ ...options, ...making, dayFolder: tableDayFolder(name, day) });
  const quarantine = await writeQuarantine({ ...options, ...making, notEvents: making.lines - events.wholeEvents });
  const manifest: TableManifest = {
    table: `${prefix}/events`,
    day,
    run,
    folder: events.folder,
    engine: engine.name,
    inputs: objects.map(({ key, sha256, count }) => ({ key, sha256, count })),
    counts: { lines: making.lines, ...events.counts, erasures: quarantine.erasures, quarantined: quarantine.lines },
    quarantine: { reasons: quarantine.reasons, outputs: quarantine.outputs },
    outputs: events.outputs,
  };
  await writeManifest(store, name, manifest);
  await engine.registerDay({ table: 'events', columns: eventColumns, day, folder: manifest.folder });
  await removeOtherRuns(store, { name, day, keep: manifest.outputs });
  return manifest;
}

/** What readers see of the day until it is made. Objects of the same run that is to be made again are in its way. */
async function standingOutputs({ store, prefix, day }: CurateOptions, run: string): Promise<readonly UnloadedObject[]> {
  const current = await readManifest(store, eventsTable(prefix), day);
  return current === undefined || current.run === run ? [] : current.outputs;
}

async function defineInputs({ prefix, day }: CurateOptions, { engine, objects, earlier }: Making): Promise<void> {
  await engine.defineTable({
    name: 'upstream_lines',
    format: 'json-lines',
    columns: upstreamColumns,
    folders: [{ folder: upstreamDayFolder(prefix, formatDay(day)), objects }],
  });
  await engine.defineTable({
    name: 'earlier_events',
    format: 'parquet',
    columns: eventColumns,
    folders: earlier.map(folderOf),
  });
}
