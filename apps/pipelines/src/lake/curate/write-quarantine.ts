import { formatDay, type Day } from '@affinity/domain';
import {
  lakeQueries,
  tableDayFolder,
  type LakeTableName,
  type MutableObjectStore,
  type SqlEngine,
  type UnloadedObject,
} from '@affinity/lake';
import { removeOtherRuns } from '../table-manifest';

/** What the quarantine of a day is made with. The table `upstream_lines` must be defined. */
export interface QuarantineToWrite {
  readonly engine: SqlEngine;
  readonly store: MutableObjectStore;
  readonly prefix: string;
  readonly day: Day;
  readonly run: string;
  /** Lines of the day that are not whole events. */
  readonly notEvents: number;
}

/** Lines that could not be used. */
export interface WrittenQuarantine {
  readonly lines: number;
  /** Lines that are erasures, which no table has: their tombstones stand for them. */
  readonly erasures: number;
  readonly reasons: Readonly<Record<string, number>>;
  readonly outputs: readonly UnloadedObject[];
}

/** The table of quarantined lines: `reason` and `line`. */
export function quarantineTable(prefix: string): LakeTableName {
  return { prefix, table: 'quarantine' };
}

/** Writes the day's lines that are neither whole events nor erasures, each with the reason. */
export async function writeQuarantine(work: QuarantineToWrite): Promise<WrittenQuarantine> {
  const { engine, store, prefix, run, notEvents } = work;
  const name = quarantineTable(prefix);
  const day = formatDay(work.day);
  await removeOtherRuns(store, { name, day, keep: [] });
  if (notEvents === 0) return { lines: 0, erasures: 0, reasons: {}, outputs: [] };
  await engine.defineView('quarantined_lines', lakeQueries.quarantinedLines);
  const reasons: Record<string, number> = {};
  const tally = 'SELECT reason, COUNT(*) AS lines FROM quarantined_lines GROUP BY reason ORDER BY reason';
  for await (const { reason, lines } of engine.rows(tally)) reasons[String(reason)] = Number(lines);
  const lines = Object.values(reasons).reduce((sum, count) => sum + count, 0);
  const erasures = notEvents - lines;
  if (lines === 0) return { lines, erasures, reasons, outputs: [] };
  const folder = `${tableDayFolder(name, day)}${run}/`;
  const outputs = await engine.unload('SELECT reason, line FROM quarantined_lines', folder);
  return { lines, erasures, reasons, outputs };
}
