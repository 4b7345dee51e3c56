/**
 * Metrics of one ranked list against a set of relevant items. Ranks count from 1; items beyond the list are misses.
 * Definitions: "Evaluating a solution version with metrics", Amazon Personalize developer guide; the gain of a relevant
 * item is 1.
 */

/** Relevant items among the first k, divided by k. */
export function precisionAt(list: readonly string[], relevant: ReadonlySet<string>, k: number): number {
  return hits(list, relevant, k) / k;
}

/** Relevant items among the first k, divided by all that are relevant; 0 when none is. */
export function recallAt(list: readonly string[], relevant: ReadonlySet<string>, k: number): number {
  return relevant.size === 0 ? 0 : hits(list, relevant, k) / relevant.size;
}

/** One divided by the rank of the first relevant item among the first k; 0 when there is none. */
export function reciprocalRankAt(list: readonly string[], relevant: ReadonlySet<string>, k: number): number {
  const place = list.slice(0, k).findIndex((itemId) => relevant.has(itemId));
  return place < 0 ? 0 : 1 / (place + 1);
}

/**
 * Normalised discounted cumulative gain of the first k: the sum of 1 / log2(1 + rank) over relevant items, divided by that
 * of the best list, which has min(k, number of relevant items) hits in front. 0 when nothing is relevant.
 */
export function ndcgAt(list: readonly string[], relevant: ReadonlySet<string>, k: number): number {
  if (relevant.size === 0) return 0;
  let gain = 0;
  list.slice(0, k).forEach((itemId, i) => {
    if (relevant.has(itemId)) gain += discountAt(i + 1);
  });
  return gain / idealGain(Math.min(k, relevant.size));
}

/** The discounted gain of a list that begins with so many relevant items. */
export function idealGain(relevant: number): number {
  let gain = 0;
  for (let rank = 1; rank <= relevant; rank += 1) gain += discountAt(rank);
  return gain;
}

/** What a relevant item at a rank, from 1, adds to the discounted gain. */
export function discountAt(rank: number): number {
  return 1 / Math.log2(1 + rank);
}

/** Distinct items among the first k of all lists, divided by the items there are. */
export function coverageAt(lists: Iterable<readonly string[]>, catalogueSize: number, k: number): number {
  const named = new Set<string>();
  for (const list of lists) for (const itemId of list.slice(0, k)) named.add(itemId);
  return catalogueSize === 0 ? 0 : named.size / catalogueSize;
}

function hits(list: readonly string[], relevant: ReadonlySet<string>, k: number): number {
  return list.slice(0, k).filter((itemId) => relevant.has(itemId)).length;
}
