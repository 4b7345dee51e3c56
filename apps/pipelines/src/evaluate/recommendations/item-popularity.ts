import type { ScoredItem } from '@affinity/domain';

/** An item and what it is put in order by. */
export type OrderedItem = Required<ScoredItem>;

/** When each item was met in training, in epoch milliseconds, rising. */
export type Meetings = ReadonlyMap<string, readonly number[]>;

const dayMs = 86_400_000;

/** All items by how often they were met in training, most popular first, equal ones by id. */
export function byPopularity(metAt: Meetings): readonly OrderedItem[] {
  return falling([...metAt].map(([itemId, times]) => ({ itemId, score: times.length })));
}

/** The same, each time halved by every half-life before the newest event of the training part. */
export function byRecentPopularity(metAt: Meetings, halfLifeDays: number): readonly OrderedItem[] {
  let newestMs = 0;
  for (const times of metAt.values()) newestMs = Math.max(newestMs, times.at(-1) ?? 0);
  const weightAt = (atMs: number): number => 2 ** ((atMs - newestMs) / dayMs / halfLifeDays);
  return falling(
    [...metAt].map(([itemId, times]) => ({ itemId, score: times.reduce((sum, atMs) => sum + weightAt(atMs), 0) })),
  );
}

/** Highest first, equal ones by id. */
export function falling(items: readonly OrderedItem[]): readonly OrderedItem[] {
  return [...items].sort((a, b) => b.score - a.score || (a.itemId < b.itemId ? -1 : 1));
}
