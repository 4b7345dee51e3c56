import type { DiversityCap } from '@affinity/contracts';
import { type AttributeValue, categoriesOf } from '@affinity/domain';
import type { Attributes } from '../catalogue/item-attributes';

/**
 * The first items, in their order, that keep within all caps, at most `count`. An item counts for each value of a listed
 * attribute; one without the attribute is not limited by it.
 */
export function pickDiverse<T extends { readonly itemId: string }>(
  items: readonly T[],
  { caps, attributes, count }: DiversityRules,
): T[] {
  const used = caps.map(() => new Map<string, number>());
  const picked: T[] = [];
  for (const item of items) {
    if (picked.length >= count) break;
    const own = attributes.get(item.itemId);
    const values = caps.map(({ attribute }) => valuesOf(own?.get(attribute)));
    const fits = caps.every(({ maxItems }, i) => values[i]?.every((value) => (used[i]?.get(value) ?? 0) < maxItems));
    if (!fits) continue;
    picked.push(item);
    values.forEach((list, i) => list.forEach((value) => used[i]?.set(value, (used[i].get(value) ?? 0) + 1)));
  }
  return picked;
}

/** What a list of items has to keep to. */
export interface DiversityRules {
  readonly caps: readonly DiversityCap[];
  readonly attributes: ReadonlyMap<string, Attributes>;
  readonly count: number;
}

function valuesOf(value: AttributeValue | undefined): readonly string[] {
  return value === undefined ? [] : categoriesOf(value);
}
