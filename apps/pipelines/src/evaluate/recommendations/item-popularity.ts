import type { LearnedState } from './learned-state';

const dayMs = 86_400_000;

/** How often each item was met in training. */
export function popularity({ metAt }: LearnedState): ReadonlyMap<string, number> {
  return new Map([...metAt].map(([itemId, times]) => [itemId, times.length]));
}

/** The same, each time halved by every half-life before the newest event of the training part. */
export function recentPopularity({ metAt }: LearnedState, halfLifeDays: number): ReadonlyMap<string, number> {
  let newestMs = 0;
  for (const times of metAt.values()) newestMs = Math.max(newestMs, times.at(-1) ?? 0);
  const weightAt = (atMs: number): number => 2 ** ((atMs - newestMs) / dayMs / halfLifeDays);
  return new Map([...metAt].map(([itemId, times]) => [itemId, times.reduce((sum, atMs) => sum + weightAt(atMs), 0)]));
}
