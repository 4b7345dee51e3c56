import { generateMarketplace, openDataset, type CatalogueItem, type DatasetInteraction } from '@affinity/datasets';
import type { Schema } from '@affinity/domain';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseDocument } from 'yaml';

/** A marketplace in memory: what is published, and what the counts must come to. */
export interface RehearsalData {
  readonly schema: Schema;
  readonly items: ReadonlyMap<string, CatalogueItem['attributes']>;
  readonly interactions: readonly DatasetInteraction[];
}

/** How much there is of it. */
export interface RehearsalSize {
  readonly seed: number;
  readonly items: number;
  readonly users: number;
  readonly events: number;
}

const days = 30;

/** Generates a marketplace into `folder`, its schema as schema.yaml. The same size gives the same events but for their times. */
export async function generateData(folder: string, size: RehearsalSize): Promise<void> {
  await generateMarketplace(folder, { ...size, days, endsAtMs: Date.now() });
}

/** Writes the schema that a next version brings, beside the marketplace's: kept twice as long, and with one dimension more. */
export async function writeNextSchema(folder: string): Promise<string> {
  const schema = parseDocument(await readFile(join(folder, 'schema.yaml'), 'utf8'));
  const retentionDays = schema.get('retention_days');
  if (typeof retentionDays !== 'number') throw new Error('schema.yaml says no retention_days');
  schema.set('retention_days', 2 * retentionDays);
  const [first] = (schema.toJS() as { readonly dimensions: readonly Readonly<Record<string, unknown>>[] }).dimensions;
  schema.addIn(['dimensions'], {
    ...first,
    source: first?.['source'] ?? first?.['name'],
    name: 'added_by_next_version',
  });
  const file = join(folder, 'schema-next.yaml');
  await writeFile(file, schema.toString());
  return file;
}

/** Reads a generated marketplace. Throws DatasetError. */
export async function readData(folder: string): Promise<RehearsalData> {
  const dataset = await openDataset(folder);
  const items = new Map<string, CatalogueItem['attributes']>();
  for await (const { itemId, attributes } of dataset.items()) items.set(itemId, attributes);
  const interactions: DatasetInteraction[] = [];
  for await (const interaction of dataset.interactions()) interactions.push(interaction);
  return { schema: dataset.schema, items, interactions };
}

/** The same interactions of other visitors: those of one run among what a system holds already. */
export function renamed(interactions: readonly DatasetInteraction[], run: string): readonly DatasetInteraction[] {
  const named = (id: string): string => (id === '' ? '' : `${run}-${id}`);
  return interactions.map((interaction) => ({
    ...interaction,
    eventId: named(interaction.eventId),
    userId: named(interaction.userId),
    sessionId: named(interaction.sessionId),
  }));
}
