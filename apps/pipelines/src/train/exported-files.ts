import { formatDay, type Day } from '@affinity/domain';
import type { MutableObjectStore } from '@affinity/lake';
import type { DatasetKind } from '@affinity/personalize';
import { AffinityError } from '@affinity/service-kit';
import { exportFolder, isExportComplete, readExport, type ExportManifest } from '../lake/export/export-personalize';

/** A file of an export, as Personalize imports it. */
export interface FileToImport {
  readonly kind: DatasetKind;
  readonly key: string;
  readonly rows: number;
  /** The Avro schema of its dataset, as JSON. */
  readonly schema: string;
}

const kindByFile: readonly (readonly [DatasetKind, string])[] = [
  ['Interactions', 'personalize_input'],
  ['Items', 'items'],
  ['Users', 'users'],
];

/** A run date's export. Throws FAILED_PRECONDITION when there is none, or when it is not whole. */
export async function readExportedFiles(
  store: MutableObjectStore,
  day: Day,
): Promise<{ readonly manifest: ExportManifest; readonly files: readonly FileToImport[] }> {
  const manifest = await readExport(store, day);
  if (manifest === undefined || !(await isExportComplete(store, manifest)))
    throw new AffinityError(
      'FAILED_PRECONDITION',
      `${manifest === undefined ? 'there is no' : 'files are missing from the'} export of ${formatDay(day)}: ` +
        'run "affinity lake export-personalize" first',
    );
  const files: FileToImport[] = [];
  for (const [kind, name] of kindByFile) {
    const file = manifest.files.find(({ key }) => key === `${exportFolder(day)}${name}.csv`);
    if (file === undefined) continue;
    const schema = await textOf(store, `${exportFolder(day)}${name}_schema.json`);
    files.push({ kind, key: file.key, rows: file.rows, schema });
  }
  return { manifest, files };
}

async function textOf(store: MutableObjectStore, key: string): Promise<string> {
  const found = await store.get(key);
  if (found !== undefined) return Buffer.from(found.body).toString();
  throw new AffinityError('FAILED_PRECONDITION', `${key} is missing: export again`);
}
