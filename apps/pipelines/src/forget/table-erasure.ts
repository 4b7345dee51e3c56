import { formatDay, parseDay, type Day } from '@affinity/domain';
import { columnList, eventColumns, literal, onlyRow, type MutableObjectStore, type SqlEngine } from '@affinity/lake';
import { randomUUID } from 'node:crypto';
import { customersFolder, findCustomers } from '../lake/customers-table';
import { eventsTable } from '../lake/events-table';
import { folderOf, madeDays, readManifest, type TableManifest } from '../lake/table-manifest';

/** Whose rows, in which data set. */
export interface TableErasureOptions {
  readonly store: MutableObjectStore;
  readonly prefix: string;
  readonly profileKey: string;
  /** As for the upstream zone. */
  readonly erasedNs: bigint;
  /** Digests of the upstream objects of a day, by key. */
  readonly upstreamDigests: (day: Day) => Promise<ReadonlyMap<string, string>>;
}

/**
 * The curated days that must be made again: those with rows of the profile, with quarantined lines that hold its key, or whose
 * upstream objects have changed since, because an earlier attempt was cut short.
 */
export async function daysToMakeAgain(engine: SqlEngine, options: TableErasureOptions): Promise<readonly Day[]> {
  const { store, prefix } = options;
  const days: Day[] = [];
  for (const day of await madeDays(store, eventsTable(prefix))) {
    const manifest = await readManifest(store, eventsTable(prefix), day);
    if (manifest === undefined) continue;
    const affected =
      (await hasRows(engine, manifest, options)) ||
      (await isQuarantined(engine, manifest, options)) ||
      (await hasOtherInputs(manifest, day, options));
    if (affected) days.push(day);
  }
  return days;
}

async function hasRows(
  engine: SqlEngine,
  manifest: TableManifest,
  { profileKey, erasedNs }: TableErasureOptions,
): Promise<boolean> {
  await engine.defineTable({ name: 'events', format: 'parquet', columns: eventColumns, folders: [folderOf(manifest)] });
  const where = `profile_key = ${literal(profileKey)} AND stream_ns <= ${erasedNs}`;
  return (await onlyRow(engine, `SELECT COUNT(*) AS n FROM events WHERE ${where}`))['n'] !== 0n;
}

async function isQuarantined(
  engine: SqlEngine,
  { quarantine: { outputs } }: TableManifest,
  { profileKey }: TableErasureOptions,
): Promise<boolean> {
  const [first] = outputs;
  if (first === undefined) return false;
  const folder = first.key.slice(0, first.key.lastIndexOf('/') + 1);
  const columns = [{ name: 'line', type: 'varchar' }] as const;
  await engine.defineTable({ name: 'quarantine', format: 'parquet', columns, folders: [{ folder, objects: outputs }] });
  const needle = literal(JSON.stringify(profileKey).slice(1, -1));
  return (await onlyRow(engine, `SELECT COUNT(*) AS n FROM quarantine WHERE STRPOS(line, ${needle}) > 0`))['n'] !== 0n;
}

async function hasOtherInputs(
  { inputs }: TableManifest,
  day: Day,
  { upstreamDigests }: TableErasureOptions,
): Promise<boolean> {
  const current = await upstreamDigests(day);
  return inputs.some(({ key, sha256 }) => current.get(key) !== sha256);
}

/** Removes a user from the customers, which are written anew if they have the user. Returns the rows removed. */
export async function eraseCustomer(
  engine: SqlEngine,
  {
    store,
    prefix,
    profileKey,
    dryRun,
  }: Pick<TableErasureOptions, 'store' | 'prefix' | 'profileKey'> & { dryRun: boolean },
): Promise<number> {
  const customers = await findCustomers(store, prefix);
  if (customers === undefined) return 0;
  await engine.defineTable(customers);
  const user = literal(profileKey);
  const { n } = await onlyRow(engine, `SELECT COUNT(*) AS n FROM customers WHERE user_id = ${user}`);
  if (n === 0n || dryRun) return Number(n);
  // DISTINCT: an attempt that was cut short before it removed the old objects left each row twice.
  const kept = `SELECT DISTINCT ${columnList(customers.columns)} FROM customers WHERE user_id <> ${user}`;
  await engine.unload(kept, `${customersFolder(prefix)}rewritten-${randomUUID()}/`);
  for (const { objects } of customers.folders) for (const { key } of objects) await store.remove(key);
  return Number(n);
}

/** The run dates below a folder of the downstream zone. */
export async function runDates(store: MutableObjectStore, folder: string): Promise<readonly Day[]> {
  const days = new Set<Day>();
  for await (const { key } of store.list(folder)) {
    const day = parseDay(key.slice(folder.length, folder.length + formatDay(0).length));
    if (day !== undefined) days.add(day);
  }
  return [...days].sort((left, right) => left - right);
}
