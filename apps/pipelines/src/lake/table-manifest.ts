import { formatDay, parseDay, type Day } from '@affinity/domain';
import {
  tableDayFolder,
  tableManifestFolder,
  tableManifestKey,
  type LakeTableName,
  type MutableObjectStore,
  type TableFolder,
  type UnloadedObject,
} from '@affinity/lake';
import { readJsonObject, writeJsonObject } from './json-object';

/** What a day of a table was made from, and what came of it. It decides which objects make up the day. */
export interface TableManifest {
  readonly table: string;
  /** YYYY-MM-DD. */
  readonly day: string;
  /** Digest of the inputs and of how they are judged: equal runs make equal days. */
  readonly run: string;
  /** Where the outputs are: a prefix of keys that ends with `/` and holds nothing else. */
  readonly folder: string;
  readonly engine: string;
  readonly inputs: readonly { readonly key: string; readonly sha256: string; readonly count: number }[];
  /** Rows by what became of them. */
  readonly counts: Readonly<Record<string, number>>;
  /** Quarantined lines by reason, and where they are. */
  readonly quarantine: {
    readonly reasons: Readonly<Record<string, number>>;
    readonly outputs: readonly UnloadedObject[];
  };
  readonly outputs: readonly UnloadedObject[];
}

/** The manifest of a table's day; undefined when the day was not made. Throws FAILED_PRECONDITION for one that is no JSON. */
export async function readManifest(
  store: MutableObjectStore,
  name: LakeTableName,
  day: Day,
): Promise<TableManifest | undefined> {
  return readJsonObject<TableManifest>(store, tableManifestKey(name, formatDay(day)));
}

/** From now on the manifest's objects are the day. */
export async function writeManifest(
  store: MutableObjectStore,
  name: LakeTableName,
  manifest: TableManifest,
): Promise<void> {
  await writeJsonObject(store, tableManifestKey(name, manifest.day), manifest);
}

/** The days of a table that were made, ascending. */
export async function madeDays(store: MutableObjectStore, name: LakeTableName): Promise<readonly Day[]> {
  const folder = tableManifestFolder(name);
  const days: Day[] = [];
  for await (const { key } of store.list(folder)) {
    const day = parseDay(key.slice(folder.length).replace(/\.json$/, ''));
    if (day !== undefined) days.push(day);
  }
  return days.sort((left, right) => left - right);
}

/** The objects of a day as a folder of a table. */
export function folderOf({ folder, outputs }: TableManifest): TableFolder {
  return { folder, objects: outputs.map(({ key }) => ({ key })) };
}

/** Removes the objects of a day that its manifest does not name: of earlier runs, or of one that was cut short. */
export async function removeOtherRuns(
  store: MutableObjectStore,
  { name, day, keep }: { readonly name: LakeTableName; readonly day: string; readonly keep: readonly UnloadedObject[] },
): Promise<number> {
  const kept = new Set(keep.map(({ key }) => key));
  const others: string[] = [];
  for await (const { key } of store.list(tableDayFolder(name, day))) if (!kept.has(key)) others.push(key);
  for (const key of others) await store.remove(key);
  return others.length;
}
