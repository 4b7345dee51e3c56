import {
  columnList,
  erasedProfileColumns,
  eventColumns,
  lakeQueries,
  onlyRow,
  type SqlEngine,
  type SqlRow,
  type UnloadedObject,
} from '@affinity/lake';
import type { TombstoneSet } from '@affinity/profile-storage';
import { AffinityError } from '@affinity/service-kit';

/** What the events of a day are made with. Tables `upstream_lines` and `earlier_events` must be defined. */
export interface EventsToWrite {
  readonly engine: SqlEngine;
  /** Lines that the upstream objects have, as their metadata says. */
  readonly lines: number;
  /** Folder of the day, empty but for what readers still see. */
  readonly dayFolder: string;
  readonly run: string;
  readonly erased: TombstoneSet;
  readonly progress: (line: string) => void;
}

/** A day's events as they were written. */
export interface WrittenEvents {
  readonly folder: string;
  readonly outputs: readonly UnloadedObject[];
  /** Lines that are whole events, kept or not. */
  readonly wholeEvents: number;
  readonly counts: { readonly events: number; readonly repeated: number; readonly erased: number };
}

/**
 * Writes a day's events. All lines are typed and written first, which is cheap; only if some of them must not stay, as a look at
 * what was written tells, the rest is written again without them.
 */
export async function writeEvents(work: EventsToWrite): Promise<WrittenEvents> {
  const { engine, lines, dayFolder, run, progress } = work;
  const folder = `${dayFolder}${run}-typed/`;
  progress(`typing ${lines} lines`);
  const outputs = await engine.unload(lakeQueries.typedEvents, folder);
  await engine.defineTable({
    name: 'typed_events',
    format: 'parquet',
    columns: eventColumns,
    folders: [{ folder, objects: outputs }],
  });
  await engine.defineView('whole_events', lakeQueries.wholeEvents);
  const audit = await onlyRow(engine, lakeQueries.dayAudit);
  requireAllLines(lines, Number(audit['lines']));
  const wholeEvents = Number(audit['events']);
  const erased = await erasedRows(work);
  const unwanted = lines - wholeEvents + Number(audit['repeated']) + Number(audit['known_earlier']);
  if (unwanted === 0 && erased.length === 0)
    return { folder, outputs, wholeEvents, counts: { events: lines, repeated: 0, erased: 0 } };
  await engine.defineRows('erased_profiles', erasedProfileColumns, erased);
  return { wholeEvents, ...(await writeKept(work, wholeEvents)) };
}

async function writeKept(
  { engine, dayFolder, run, progress }: EventsToWrite,
  wholeEvents: number,
): Promise<Omit<WrittenEvents, 'wholeEvents'>> {
  progress('writing again without what must not stay');
  await engine.defineView('judged_events', lakeQueries.judgedEvents);
  const counts = { erased: 0, repeated: 0 };
  const tally = 'SELECT left_out, COUNT(*) AS events FROM judged_events WHERE left_out IS NOT NULL GROUP BY left_out';
  for await (const { left_out: reason, events } of engine.rows(tally)) {
    if (reason === 'erased' || reason === 'repeated') counts[reason] = Number(events);
  }
  const folder = `${dayFolder}${run}-kept/`;
  const kept = `SELECT ${columnList(eventColumns)} FROM judged_events WHERE left_out IS NULL`;
  const outputs = await engine.unload(kept, folder);
  return { folder, outputs, counts: { events: wholeEvents - counts.erased - counts.repeated, ...counts } };
}

/** The tombstones of the profiles that the day has. */
async function erasedRows({ engine, erased }: EventsToWrite): Promise<readonly SqlRow[]> {
  const rows: SqlRow[] = [];
  if (erased.size === 0) return rows;
  for await (const { profile_key: profileKey } of engine.rows('SELECT DISTINCT profile_key FROM whole_events')) {
    const tombstone = erased.find(String(profileKey));
    if (tombstone === undefined) continue;
    const { mark, erasedAtMs } = tombstone;
    rows.push({
      profile_key: String(profileKey),
      mark_sequence: mark.sequence,
      mark_ns: mark.timestampNs,
      erased_at: new Date(erasedAtMs).toISOString().slice(0, 23).replace('T', ' '),
    });
  }
  return rows;
}

function requireAllLines(expected: number, found: number): void {
  if (expected === found) return;
  throw new AffinityError(
    'FAILED_PRECONDITION',
    `the objects have ${found} lines, their metadata says ${expected}: one is half-written, or came in meanwhile`,
  );
}
