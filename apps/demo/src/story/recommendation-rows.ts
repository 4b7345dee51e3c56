import type { RecommendedItem } from '@affinity/contracts';
import type { AttributeValue } from '@affinity/domain';
import type { KnownData } from './known-data';

const describedAttributes = 5;
const maxDescription = 60;

/** Recommended items as the rows of a table, with their reasons. */
export function recommendationRows(
  items: readonly RecommendedItem[],
  { items: catalogue }: KnownData,
): readonly (readonly string[])[] {
  const rows = items.map(({ itemId, score, reason }, i) => [
    String(i + 1),
    itemId,
    describe(catalogue.get(itemId)),
    score.toFixed(2),
    reason,
  ]);
  return [['', 'item', 'what it is', 'score', 'why'], ...rows];
}

/** Whether each item's contributions add up to its score, as the contract says. */
export function contributionsAddUp(items: readonly RecommendedItem[]): boolean {
  return items.every(({ score, contributions }) => {
    const sum = contributions.reduce((total, { contribution }) => total + contribution, 0);
    return Math.abs(sum - score) <= 1e-6 * Math.max(1, Math.abs(score));
  });
}

function describe(attributes: ReadonlyMap<string, AttributeValue> | undefined): string {
  const values = [...(attributes?.values() ?? [])].slice(0, describedAttributes);
  const text = values.map((value) => (typeof value === 'object' ? value.join('/') : String(value))).join(', ');
  return text.length > maxDescription ? `${text.slice(0, maxDescription - 3)}...` : text;
}
