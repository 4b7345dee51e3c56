import { generateMarketplace, openDataset, type CatalogueItem, type DatasetInteraction } from '@affinity/datasets';
import type { Schema } from '@affinity/domain';

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
