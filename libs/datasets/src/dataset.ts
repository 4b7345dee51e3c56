import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { Schema } from '@affinity/domain';
import { findCsv, openCsv, type CsvFile } from './csv-file';
import { DatasetError } from './errors';
import { interactionColumns, readInteractions, type DatasetInteraction } from './interaction-rows';
import { attributeNames, typeOfColumn, typeUnder, whyUnusable, type ItemColumn } from './item-columns';
import { readItems, type CatalogueItem } from './item-rows';
import { deriveSchema } from './schema-derivation';
import { schemaOfYaml, schemaYaml } from './schema-document';
import { surveyCatalogue, surveyInteractions, type CatalogueSurvey } from './survey';
import { readTruth, type TrueTaste } from './true-taste';

/** A data set folder, surveyed. Its iterables stream from the files, in bounded memory, and may be read several times. */
export interface Dataset {
  /** The folder's own name. */
  readonly name: string;
  readonly schema: Schema;
  /** The text of the schema file; a derived schema is printed. */
  readonly schemaText: string;
  readonly schemaOrigin: 'file' | 'derived';
  /** What was ignored and why, for people. */
  readonly notes: readonly string[];
  readonly itemCount: number;
  readonly interactionCount: number;
  items(): AsyncIterable<CatalogueItem>;
  interactions(): AsyncIterable<DatasetInteraction>;
  /** Nothing when the folder has no truth file. */
  truth(): AsyncIterable<TrueTaste>;
}

/**
 * Opens a data set folder: `items.csv[.gz]`, `interactions.csv[.gz]`, optionally `schema.yaml` and `truth.csv[.gz]`.
 * Reads both files once, to check every row and to derive what the folder does not say. Throws DatasetError, which names
 * file, line and column.
 */
export async function openDataset(dir: string): Promise<Dataset> {
  const items = await openCsv(requireCsv(dir, 'items'));
  const interactions = await openCsv(requireCsv(dir, 'interactions'));
  const catalogue = await surveyCatalogue(items);
  const activity = await surveyInteractions(interactions);
  const { notes, ...schema } = await schemaFor(dir, () => deriveSchema(catalogue, activity));
  const columns = itemColumns(items, catalogue, schema.schema);
  return {
    name: basename(resolve(dir)),
    ...schema,
    notes: [...notes, ...ignoredColumns(interactions)],
    itemCount: catalogue.itemCount,
    interactionCount: activity.interactionCount,
    items: () => readItems(items, columns),
    interactions: () => readInteractions(interactions),
    truth: () => truthIn(dir),
  };
}

function requireCsv(dir: string, stem: string): string {
  const path = findCsv(dir, stem);
  if (path === undefined) throw new DatasetError({ file: `${stem}.csv` }, `neither it nor ${stem}.csv.gz is in ${dir}`);
  return path;
}

async function* truthIn(dir: string): AsyncIterable<TrueTaste> {
  const path = findCsv(dir, 'truth');
  if (path !== undefined) yield* readTruth(await openCsv(path));
}

type SchemaOfDataset = Pick<Dataset, 'schema' | 'schemaText' | 'schemaOrigin' | 'notes'>;

async function schemaFor(dir: string, derive: () => ReturnType<typeof deriveSchema>): Promise<SchemaOfDataset> {
  const file = 'schema.yaml';
  const path = join(dir, file);
  if (existsSync(path)) {
    const schemaText = await readFile(path, 'utf8');
    return { schema: schemaOfYaml(schemaText, file), schemaText, schemaOrigin: 'file', notes: [] };
  }
  const { document, notes } = derive();
  const schemaText = schemaYaml(document);
  return { schema: schemaOfYaml(schemaText, 'the derived schema'), schemaText, schemaOrigin: 'derived', notes };
}

function itemColumns(file: CsvFile, catalogue: CatalogueSurvey, schema: Schema): readonly ItemColumn[] {
  const names = attributeNames([...catalogue.columns.keys()]);
  return [...catalogue.columns].flatMap(([column, survey], i) => {
    const attribute = names[i] ?? column;
    if (whyUnusable(survey) !== undefined) return [];
    const type = typeUnder(schema, attribute, typeOfColumn(column, survey));
    return [{ column, index: file.columns.indexOf(column), attribute, type }];
  });
}

function ignoredColumns(file: CsvFile): readonly string[] {
  const known: readonly string[] = interactionColumns;
  return file.columns
    .filter((column) => !known.includes(column))
    .map((column) => `interactions column ${column} is ignored`);
}
