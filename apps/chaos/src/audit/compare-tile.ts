import type { DayTile, Moments } from '@affinity/domain';
import type { NaiveTile, PricedWeight } from './oracle';

/** Relative error that floating point may leave in sums of a few thousand numbers. */
const tolerance = 1e-9;

/** How a stored tile differs from the naive one, in words; the dimension `event` is left to the caller. */
export function differencesOf(naive: NaiveTile, tile: DayTile): readonly string[] {
  const [colour, item, price] = ['colour', 'item', 'price'].map((name) => tile.dimensions.get(name));
  const differences: string[] = [];
  if (tile.eventCount !== naive.events) differences.push(`${tile.eventCount} events, expected ${naive.events}`);
  if (colour?.kind === 'categorical') differences.push(...weightDifferences(naive.colours, colour.weights));
  else differences.push('no colours');
  if (item?.kind === 'item') differences.push(...weightDifferences(naive.items, itemWeights(item.items)));
  else differences.push('no items');
  if (price?.kind === 'numeric') {
    differences.push(
      ...momentDifferences(naive.added, price.added),
      ...momentDifferences(naive.removed, price.removed),
    );
  } else differences.push('no prices');
  return differences;
}

function itemWeights(items: ReadonlyMap<string, { readonly weight: number }>): ReadonlyMap<string, number> {
  return new Map([...items].map(([id, { weight }]) => [id, weight]));
}

function weightDifferences(expected: ReadonlyMap<string, number>, actual: ReadonlyMap<string, number>): string[] {
  const values = new Set([...expected.keys(), ...actual.keys()]);
  return [...values]
    .filter((value) => expected.get(value) !== actual.get(value))
    .map((value) => `${value} weighs ${String(actual.get(value))}, expected ${String(expected.get(value))}`);
}

function momentDifferences(samples: readonly PricedWeight[], actual: Moments): string[] {
  const weight = samples.reduce((sum, sample) => sum + sample.weight, 0);
  if (weight === 0) return actual.weight === 0 ? [] : [`prices weigh ${actual.weight}, expected nothing`];
  const mean = samples.reduce((sum, sample) => sum + sample.price * sample.weight, 0) / weight;
  const m2 = samples.reduce((sum, sample) => sum + (sample.price - mean) ** 2 * sample.weight, 0);
  const prices = samples.map(({ price }) => price);
  // Written as a reduction: a spread of many thousand arguments overflows the stack.
  const min = prices.reduce((least, price) => Math.min(least, price));
  const max = prices.reduce((most, price) => Math.max(most, price));
  const expected = { weight, mean, m2, min, max };
  return (['weight', 'mean', 'm2', 'min', 'max'] as const)
    .filter((name) => !isClose(expected[name], actual[name]))
    .map((name) => `${name} of prices is ${actual[name]}, expected ${expected[name]}`);
}

function isClose(expected: number, actual: number): boolean {
  return Math.abs(expected - actual) <= tolerance * Math.max(1, Math.abs(expected));
}
