import type { DayTile } from './day-tile';
import { itemDimensionName } from './schema';

/** An item and the weight of all its events. */
export interface PopularItem {
  readonly itemId: string;
  /** Greater than 0. */
  readonly weight: number;
}

/** The items of a population tile that were met more than they were taken back, most popular first, equal ones by id. */
export function popularItems(population: DayTile): PopularItem[] {
  const state = population.dimensions.get(itemDimensionName);
  if (state?.kind !== 'item') return [];
  const items = [...state.items].map(([itemId, { weight }]) => ({ itemId, weight }));
  return mostPopularFirst(items.filter(({ weight }) => weight > 0));
}

/** The same items, most popular first, equal ones by id. */
export function mostPopularFirst(items: readonly PopularItem[]): PopularItem[] {
  return [...items].sort((a, b) => b.weight - a.weight || (a.itemId < b.itemId ? -1 : 1));
}
