/**
 * Total variation distance between two distributions over the same values, 0 (equal) to 1 (disjoint): half the sum of the
 * absolute differences. Values absent from one have probability 0 there.
 */
export function totalVariation(left: ReadonlyMap<string, number>, right: ReadonlyMap<string, number>): number {
  let sum = 0;
  for (const [value, probability] of left) sum += Math.abs(probability - (right.get(value) ?? 0));
  for (const [value, probability] of right) if (!left.has(value)) sum += probability;
  return sum / 2;
}
