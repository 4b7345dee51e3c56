import { formatDay, type Day } from '@affinity/domain';
import { eventColumns, type LakeTableName, type MutableObjectStore, type SqlEngine } from '@affinity/lake';
import { AffinityError } from '@affinity/service-kit';
import { hasUpstream } from './upstream-day';
import { folderOf, madeDays, readManifest, type TableManifest } from './table-manifest';

/** The `events` table of a data set. */
export function eventsTable(prefix: string): LakeTableName {
  return { prefix, table: 'events' };
}

/** Which days of a data set to read. */
export interface EventDays {
  readonly prefix: string;
  /** The first day of arrival. Default: the first that was curated. */
  readonly from?: Day;
  readonly to: Day;
}

/** The manifests of all days that were curated. Throws FAILED_PRECONDITION when there is none. */
export async function curatedDays(
  store: MutableObjectStore,
  { prefix, from = -Infinity, to }: EventDays,
): Promise<readonly TableManifest[]> {
  const days = (await madeDays(store, eventsTable(prefix))).filter((day) => day >= from && day <= to);
  const found = await Promise.all(days.map((day) => readManifest(store, eventsTable(prefix), day)));
  const manifests = found.flatMap((manifest) => (manifest === undefined ? [] : [manifest]));
  if (manifests.length > 0) return manifests;
  throw new AffinityError(
    'FAILED_PRECONDITION',
    `no day of ${prefix} up to ${formatDay(to)} was curated: run "affinity lake curate" first`,
  );
}

/**
 * The manifests of all days from one to another. Throws FAILED_PRECONDITION when one of them has events and was not curated: what
 * is told of the others would be taken for the whole.
 */
export async function wholeDays(
  store: MutableObjectStore,
  { prefix, from, to }: Required<EventDays>,
): Promise<readonly TableManifest[]> {
  const manifests = await curatedDays(store, { prefix, from, to });
  const made = new Set(manifests.map(({ day }) => day));
  for (let day = from; day <= to; day += 1) {
    if (made.has(formatDay(day)) || !(await hasUpstream(store, prefix, day))) continue;
    throw new AffinityError(
      'FAILED_PRECONDITION',
      `${formatDay(day)} was not curated: run "affinity lake curate" first`,
    );
  }
  return manifests;
}

/** Defines the table `events` of these days. */
export async function defineEvents(engine: SqlEngine, manifests: readonly TableManifest[]): Promise<void> {
  const folders = manifests.map(folderOf);
  await engine.defineTable({ name: 'events', format: 'parquet', columns: eventColumns, folders });
}
