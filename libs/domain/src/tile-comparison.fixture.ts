import type { DayTile, DimensionState } from './day-tile';
import type { Moments } from './numeric-state';
import { emptySketch, type QuantileSketch } from './quantile-sketch';

/** For specs: an asymmetric matcher that accepts tiles equal to one to a relative 1e-9, whatever order their values came in. */
export function sameTile(expected: DayTile): unknown {
  return {
    $$typeof: Symbol.for('jest.asymmetricMatcher'),
    asymmetricMatch: (actual: DayTile) => differences(expected, actual).length === 0,
    toString: () => 'sameTile',
    toAsymmetricMatcher: () => JSON.stringify(plain(expected)),
  };
}

function differences(expected: DayTile, actual: DayTile): string[] {
  const names = new Set([...expected.dimensions.keys(), ...actual.dimensions.keys()]);
  const found = [...names].filter((name) => !sameState(expected.dimensions.get(name), actual.dimensions.get(name)));
  return expected.eventCount === actual.eventCount ? found : [...found, 'eventCount'];
}

function sameState(left: DimensionState | undefined, right: DimensionState | undefined): boolean {
  if (left?.kind === 'categorical' && right?.kind === 'categorical') return sameWeights(left.weights, right.weights);
  if (left?.kind === 'item' && right?.kind === 'item') {
    const weights = (items: typeof left.items) => new Map([...items].map(([id, { weight }]) => [id, weight]));
    const times = (items: typeof left.items) => new Map([...items].map(([id, { lastAtMs }]) => [id, lastAtMs]));
    return sameWeights(weights(left.items), weights(right.items)) && sameWeights(times(left.items), times(right.items));
  }
  if (left?.kind === 'numeric' && right?.kind === 'numeric') {
    const moments = sameMoments(left.added, right.added) && sameMoments(left.removed, right.removed);
    return moments && sameSketch(left.sketch ?? emptySketch(), right.sketch ?? emptySketch());
  }
  return left === right;
}

function sameSketch(left: QuantileSketch, right: QuantileSketch): boolean {
  const signs = sameWeights(left.positive, right.positive) && sameWeights(left.negative, right.negative);
  return signs && close(left.zero, right.zero, 1);
}

function sameWeights<K>(left: ReadonlyMap<K, number>, right: ReadonlyMap<K, number>): boolean {
  return (
    left.size === right.size && [...left].every(([value, weight]) => close(weight, right.get(value) ?? Number.NaN, 1))
  );
}

function sameMoments(left: Moments, right: Moments): boolean {
  const size = Math.max(Math.abs(left.min), Math.abs(left.max), 1);
  return (
    close(left.weight, right.weight, 1) &&
    close(left.mean, right.mean, size) &&
    close(left.m2, right.m2, size * size * Math.max(1, left.weight)) &&
    left.min === right.min &&
    left.max === right.max
  );
}

/** To 1e-9 of the size of the numbers that were added up. */
function close(left: number, right: number, size: number): boolean {
  return Math.abs(left - right) <= 1e-9 * Math.max(size, Math.abs(left), Math.abs(right));
}

function plain(tile: DayTile): unknown {
  return JSON.parse(
    JSON.stringify(tile, (_, value: unknown) =>
      value instanceof Map ? Object.fromEntries(value as Map<string, unknown>) : value,
    ),
  );
}
