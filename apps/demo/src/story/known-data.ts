import type { CatalogueItem, Dataset, DatasetInteraction, TrueTaste } from '@affinity/datasets';

/** A data set in memory: a demo shows and checks all of it. */
export interface KnownData {
  readonly dataset: Dataset;
  readonly items: ReadonlyMap<string, CatalogueItem['attributes']>;
  readonly interactions: readonly DatasetInteraction[];
  readonly truth: ReadonlyMap<string, TrueTaste>;
}

/** Reads a data set into memory. Throws DatasetError. */
export async function readKnownData(dataset: Dataset): Promise<KnownData> {
  const items = new Map<string, CatalogueItem['attributes']>();
  for await (const { itemId, attributes } of dataset.items()) items.set(itemId, attributes);
  const interactions: DatasetInteraction[] = [];
  for await (const interaction of dataset.interactions()) interactions.push(interaction);
  const truth = new Map<string, TrueTaste>();
  for await (const taste of dataset.truth()) truth.set(taste.userId, taste);
  return { dataset, items, interactions, truth };
}

/** Events of a visitor who has a clear taste and is still open to another. */
const fittingEvents = 60;

/** Who was not here lately prefers nothing by now. */
const recentMs = 30 * 86_400_000;

/**
 * The visitor to tell about: of those whose taste is known and never changed, or else of all, the one whose number of events
 * in the last 30 days is nearest to 60. Undefined when every visitor is anonymous.
 */
export function chooseVisitor({ interactions, truth }: KnownData): string | undefined {
  const newestMs = interactions.reduce((newest, { occurredAtMs }) => Math.max(newest, occurredAtMs), 0);
  const oldestMs = newestMs - recentMs;
  const counts = new Map<string, number>();
  for (const { userId, occurredAtMs } of interactions) {
    if (userId !== '' && occurredAtMs >= oldestMs) counts.set(userId, (counts.get(userId) ?? 0) + 1);
  }
  const distance = (count: number): number => Math.abs(count - fittingEvents);
  const fitting = [...counts].sort(([, left], [, right]) => distance(left) - distance(right)).map(([userId]) => userId);
  const isSteady = (userId: string): boolean => truth.has(userId) && truth.get(userId)?.drift === undefined;
  return fitting.find(isSteady) ?? fitting[0];
}
