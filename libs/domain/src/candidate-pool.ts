/**
 * The items of both lists, one from each in turn, each item once, at most `count`: what either list has at its top is there
 * whatever the other holds. What both name is as the first list has it.
 */
export function interleave<T extends { readonly itemId: string }>(
  first: readonly T[],
  second: readonly T[],
  count: number,
): T[] {
  const ofFirst = new Map(first.map((item) => [item.itemId, item]));
  const pool = new Map<string, T>();
  for (let i = 0; i < Math.max(first.length, second.length); i += 1) {
    for (const item of [first[i], second[i]]) {
      if (item === undefined || pool.has(item.itemId)) continue;
      if (pool.size === count) return [...pool.values()];
      pool.set(item.itemId, ofFirst.get(item.itemId) ?? item);
    }
  }
  return [...pool.values()];
}
