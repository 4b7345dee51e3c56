import type { Day } from '@affinity/domain';
import { literal, onlyRow, type MutableObjectStore, type SqlEngine } from '@affinity/lake';
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { StringDecoder } from 'node:string_decoder';
import { csvLine } from '../lake/export/csv-file';
import { exportFolder, readExport, writeExportManifest, type ExportedFile } from '../lake/export/export-personalize';
import { readTrainingSet, removeTrainingSet, trainingFolder } from '../lake/training/training-set';
import { runDates } from './table-erasure';

/** Whose rows. */
export interface ExportErasureOptions {
  readonly store: MutableObjectStore;
  readonly profileKey: string;
  readonly scratchFolder: string;
  readonly dryRun: boolean;
}

/** Removes a user's rows from all exports for Personalize. Returns how many rows. */
export async function eraseFromExports(options: ExportErasureOptions): Promise<number> {
  const { store, dryRun } = options;
  let rows = 0;
  for (const day of await runDates(store, 'downstream/recommender/')) {
    const manifest = await readExport(store, day);
    const files: ExportedFile[] = [];
    let changed = false;
    for (const file of await csvFiles(options, day)) {
      const known = manifest?.files.find(({ key }) => key === file);
      const rewritten = await eraseFromCsv(options, file);
      rows += rewritten.removed;
      changed ||= rewritten.removed > 0;
      if (known !== undefined) files.push({ ...known, ...(rewritten.removed > 0 ? rewritten.file : {}) });
    }
    if (!changed || dryRun || manifest === undefined) continue;
    await writeExportManifest(store, day, { ...manifest, files });
  }
  return rows;
}

async function csvFiles({ store }: ExportErasureOptions, day: Day): Promise<readonly string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list(exportFolder(day)))
    if (/\/(personalize_input|users)\.csv$/.test(key)) keys.push(key);
  return keys;
}

interface RewrittenCsv {
  readonly removed: number;
  readonly file: Omit<ExportedFile, 'key'>;
}

async function eraseFromCsv(
  { store, profileKey, scratchFolder, dryRun }: ExportErasureOptions,
  key: string,
): Promise<RewrittenCsv> {
  const scratch = await mkdtemp(join(scratchFolder, 'affinity-forget-'));
  const path = join(scratch, 'kept.csv');
  const hash = createHash('sha256');
  const counts = { removed: 0, rows: 0, bytes: 0 };
  const beginning = `${csvLine([profileKey]).slice(0, -1)},`;
  async function* kept(): AsyncGenerator<Buffer, void, undefined> {
    for await (const row of csvRows(store, key)) {
      if (row.startsWith(beginning)) {
        counts.removed += 1;
        continue;
      }
      const piece = Buffer.from(`${row}\n`);
      hash.update(piece);
      counts.rows += 1;
      counts.bytes += piece.length;
      yield piece;
    }
  }
  try {
    await pipeline(kept, createWriteStream(path));
    const rows = counts.rows - 1; // The header is no row.
    if (counts.removed > 0 && !dryRun)
      await store.putFile(key, { path, contentType: 'text/csv', metadata: { rows: String(rows) } });
    return { removed: counts.removed, file: { rows, bytes: counts.bytes, sha256: hash.digest('hex') } };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Rows without their line breaks; a quoted field may hold line breaks of its own. */
async function* csvRows(store: MutableObjectStore, key: string): AsyncGenerator<string, void, undefined> {
  let row = '';
  for await (const line of linesOf(await store.read(key))) {
    row = row === '' ? line : `${row}\n${line}`;
    if ((row.split('"').length - 1) % 2 === 1) continue;
    yield row;
    row = '';
  }
}

async function* linesOf(input: Readable | undefined): AsyncGenerator<string, void, undefined> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const chunk of input ?? []) {
    const lines = (rest + decoder.write(chunk as Buffer)).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest !== '') yield rest;
}

/** Removes the training sets that have rows of a profile: each can be made again. Returns their run dates. */
export async function removeTrainingSets(
  engine: SqlEngine,
  { store, profileKey, dryRun }: ExportErasureOptions,
): Promise<readonly Day[]> {
  const removed: Day[] = [];
  for (const day of await runDates(store, 'downstream/training/')) {
    if (!(await hasTrainingRows(engine, { store, profileKey, day }))) continue;
    removed.push(day);
    if (!dryRun) await removeTrainingSet(store, day);
  }
  return removed;
}

async function hasTrainingRows(
  engine: SqlEngine,
  { store, profileKey, day }: { readonly store: MutableObjectStore; readonly profileKey: string; readonly day: Day },
): Promise<boolean> {
  const manifest = await readTrainingSet(store, day);
  if (manifest === undefined) return true; // Cut short: it is not whole, and may hold anything.
  const folder = `${trainingFolder(day)}${manifest.run}/`;
  const columns = [{ name: 'profile_key', type: 'varchar' }] as const;
  const folders = [{ folder, objects: manifest.outputs }];
  await engine.defineTable({ name: 'training_set', format: 'parquet', columns, folders });
  const sql = `SELECT COUNT(*) AS n FROM training_set WHERE profile_key = ${literal(profileKey)}`;
  return (await onlyRow(engine, sql))['n'] !== 0n;
}
