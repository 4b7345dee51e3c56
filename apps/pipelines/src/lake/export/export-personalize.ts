import { formatDay, type Day, type Schema } from '@affinity/domain';
import { lakeQueries, onlyRow, type MutableObjectStore, type SqlEngine, type SqlValue } from '@affinity/lake';
import { AffinityError } from '@affinity/service-kit';
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { defineCurrentCustomers, findCustomers } from '../customers-table';
import { curatedDays, defineEvents } from '../events-table';
import { manifestKeyOf, readJsonObject, writeJsonObject } from '../json-object';
import { avroSchema, type AvroField, type DatasetKind } from './avro-schema';
import { writeCsv } from './csv-file';
import { countsOf, missingForTraining, type ExportCounts } from './export-minimums';
import { interactionFields, interactionRows, type InteractionColumns } from './interactions-export';
import { itemColumns, itemFields, itemRows } from './items-export';
import { userColumns, userFields, userRows } from './users-export';

/** What to export, and with what. */
export interface ExportOptions {
  readonly store: MutableObjectStore;
  /** Makes the engine; asked for only when there is something to do. */
  readonly openEngine: () => Promise<SqlEngine>;
  readonly prefix: string;
  readonly schema: Schema;
  /** The run date: days of arrival up to it are exported. */
  readonly day: Day;
  /** The first day of arrival. Default: the first that was curated. */
  readonly from?: Day;
  readonly columns: InteractionColumns;
  /** Event types that count as interactions. Default: those that the schema gives a weight above 0. */
  readonly eventTypes?: readonly string[];
  /** Folder for files in the making. */
  readonly scratchFolder: string;
  /** Only tell what would be done. Default false. */
  readonly dryRun?: boolean;
  readonly progress: (line: string) => void;
}

/** A file of an export. */
export interface ExportedFile {
  readonly key: string;
  readonly rows: number;
  readonly bytes: number;
  readonly sha256: string;
}

/** What an export was made from, and what came of it. */
export interface ExportManifest {
  readonly runDate: string;
  /** Digest of the inputs and options: equal runs make equal exports. */
  readonly run: string;
  readonly engine: string;
  readonly inputs: readonly { readonly day: string; readonly run: string }[];
  readonly eventTypes: readonly string[];
  readonly counts: ExportCounts;
  readonly files: readonly ExportedFile[];
}

/** `unchanged`: it was made from these very inputs before. `planned`: a dry run. */
export type ExportOutcome =
  | { readonly kind: 'made' | 'unchanged'; readonly manifest: ExportManifest }
  | { readonly kind: 'planned'; readonly counts: ExportCounts };

/** Where the exports for Personalize of a run date are. */
export function exportFolder(day: Day): string {
  return `downstream/recommender/${formatDay(day)}/`;
}

/**
 * Writes what Personalize imports: `personalize_input.csv`, `items.csv` and, where the lake has customers, `users.csv`, each
 * one uncompressed CSV with its Avro schema beside it. Memory is bounded, whatever the number of rows. The manifest comes
 * last: without it an export is not whole. Throws FAILED_PRECONDITION with all that is missing for Personalize to train, before
 * anything is written.
 */
export async function exportPersonalize(options: ExportOptions): Promise<ExportOutcome> {
  const { store, prefix, day, from, dryRun = false, progress } = options;
  const manifests = await curatedDays(store, { prefix, to: day, ...(from === undefined ? {} : { from }) });
  const inputs = manifests.map((manifest) => ({ day: manifest.day, run: manifest.run }));
  const eventTypes = eventTypesOf(options);
  const run = await runDigest(options, { inputs, eventTypes });
  const current = await readExport(store, day);
  if (current?.run === run && (await isExportComplete(store, current))) return { kind: 'unchanged', manifest: current };
  const engine = await options.openEngine();
  try {
    await defineEvents(engine, manifests);
    await defineInteractions(engine, eventTypes);
    const counts = countsOf(await onlyRow(engine, lakeQueries.exportCounts));
    progress(`${counts.interactions} interactions of ${counts.users} users on ${inputs.length} days`);
    requireEnough(counts);
    if (dryRun) return { kind: 'planned', counts };
    const files = await writeFiles(options, engine);
    const manifest = { runDate: formatDay(day), run, engine: engine.name, inputs, eventTypes, counts, files };
    await writeExportManifest(store, day, manifest);
    return { kind: 'made', manifest };
  } finally {
    await engine.close();
  }
}

/** The manifest of a run date's export; undefined when there is none. */
export async function readExport(store: MutableObjectStore, day: Day): Promise<ExportManifest | undefined> {
  return readJsonObject<ExportManifest>(store, manifestKeyOf(exportFolder(day)));
}

/** From now on the manifest's files are the run date's export. */
export function writeExportManifest(store: MutableObjectStore, day: Day, manifest: ExportManifest): Promise<void> {
  return writeJsonObject(store, manifestKeyOf(exportFolder(day)), manifest);
}

/** Whether all files of an export are there, as long as its manifest says. */
export async function isExportComplete(store: MutableObjectStore, { files }: ExportManifest): Promise<boolean> {
  const heads = await Promise.all(files.map(({ key }) => store.head(key)));
  return heads.every((head, i) => head?.bytes === files[i]?.bytes);
}

function eventTypesOf({ schema, eventTypes }: ExportOptions): readonly string[] {
  const unknown = (eventTypes ?? []).filter((type) => !schema.eventTypes.has(type));
  if (unknown.length > 0)
    throw new AffinityError(
      'INVALID_ARGUMENT',
      `--event-types: ${unknown.join(', ')}: not in schema ${schema.version}`,
    );
  // Without their type, interactions all count alike: "removed from favourites" must not look like a liking.
  const liking = [...schema.eventTypes].flatMap(([type, { weight }]) => (weight > 0 ? [type] : []));
  return [...(eventTypes ?? liking)].sort();
}

async function runDigest(
  { store, prefix, schema, columns }: ExportOptions,
  plan: Pick<ExportManifest, 'inputs' | 'eventTypes'>,
): Promise<string> {
  const customers = await findCustomers(store, prefix);
  const { exportedInteractions, exportedItems } = lakeQueries;
  const facts = [plan, columns, itemColumns(schema), customers ?? null, exportedInteractions, exportedItems];
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex').slice(0, 16);
}

async function defineInteractions(engine: SqlEngine, eventTypes: readonly string[]): Promise<void> {
  const rows = eventTypes.map((type) => ({ event_type: type }));
  await engine.defineRows('chosen_event_types', [{ name: 'event_type', type: 'varchar' }], rows);
  await engine.defineView('exported_interactions', lakeQueries.exportedInteractions);
}

function requireEnough(counts: ExportCounts): void {
  const missing = missingForTraining(counts);
  if (missing.length === 0) return;
  throw new AffinityError('FAILED_PRECONDITION', `Personalize could not train on this yet: ${missing.join('; ')}`);
}

interface Dataset {
  readonly kind: DatasetKind;
  /** Without ending. */
  readonly file: string;
  readonly fields: readonly AvroField[];
  readonly rows: AsyncIterable<readonly SqlValue[]>;
}

async function writeFiles(options: ExportOptions, engine: SqlEngine): Promise<readonly ExportedFile[]> {
  const scratch = await mkdtemp(join(options.scratchFolder, 'affinity-export-'));
  const files: ExportedFile[] = [];
  try {
    for (const dataset of await datasetsOf(options, engine)) files.push(await writeDataset(options, dataset, scratch));
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
  return files;
}

async function datasetsOf(options: ExportOptions, engine: SqlEngine): Promise<readonly Dataset[]> {
  const { store, prefix, schema, columns, progress } = options;
  const datasets: Dataset[] = [
    {
      kind: 'Interactions',
      file: 'personalize_input',
      fields: interactionFields(columns),
      rows: interactionRows(engine, columns),
    },
  ];
  const items = itemColumns(schema);
  if (items.length === 0) progress('no items: no dimension of the schema counts an attribute');
  else datasets.push({ kind: 'Items', file: 'items', fields: itemFields(items), rows: itemRows(engine, items) });
  const customers = await findCustomers(store, prefix);
  if (customers === undefined) progress('no users: the lake has no table of customers');
  else {
    await defineCurrentCustomers(engine, customers);
    const users = userColumns(customers);
    datasets.push({ kind: 'Users', file: 'users', fields: userFields(users), rows: userRows(engine, users) });
  }
  return datasets;
}

async function writeDataset(
  { store, day, progress }: ExportOptions,
  { kind, file, fields, rows }: Dataset,
  scratch: string,
): Promise<ExportedFile> {
  const path = join(scratch, `${file}.csv`);
  const header = fields.map(({ name }) => name);
  const written = await writeCsv(path, header, rows);
  const key = `${exportFolder(day)}${file}.csv`;
  await store.putFile(key, { path, contentType: 'text/csv', metadata: { rows: String(written.rows) } });
  await rm(path);
  const schema = { body: Buffer.from(avroSchema(kind, fields)), contentType: 'application/json', metadata: {} };
  await store.put(`${exportFolder(day)}${file}_schema.json`, schema);
  progress(`${key}: ${written.rows} rows, ${written.bytes} bytes`);
  return { key, ...written };
}
