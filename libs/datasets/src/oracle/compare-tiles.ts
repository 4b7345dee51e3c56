import type { DayTile, DimensionState, Schema } from '@affinity/domain';
import { compareNumbers } from './compare-numbers';
import { compareWeights, type ArrivalOrder } from './compare-weights';
import { DifferenceReport, type TileComparison } from './difference-report';
import type { NaiveState, NaiveTile, NaiveTiles } from './naive-count';

/** A stored tile with its place. */
export interface PlacedTile {
  readonly key: string;
  /** Days since 1970-01-01. */
  readonly day: number;
  readonly tile: DayTile;
}

/** How tiles are compared. */
export interface CompareOptions {
  readonly schema: Schema;
  /** `known`: the system saw each key's events in the oracle's order. Default. See `compareWeights`. */
  readonly order?: ArrivalOrder;
  /** The most values of a dimension, in place of the dimension's own cap: the population's. */
  readonly cap?: number;
  /** The most differences to list. Default 20. */
  readonly limit?: number;
}

/**
 * Compares every stored tile with the oracle's: weights exactly, moments to a relative 1e-9 (floating point), each side's
 * missing and surplus tiles. A key and day must be stored once.
 */
export async function compareTiles(
  expected: NaiveTiles,
  actual: AsyncIterable<PlacedTile> | Iterable<PlacedTile>,
  options: CompareOptions,
): Promise<TileComparison> {
  const report = new DifferenceReport(options.limit ?? 20);
  const found = new Set<string>();
  for await (const { key, day, tile } of actual) {
    const place = `${key} on day ${day}`;
    const naive = expected.get(key)?.get(day);
    if (found.has(place)) report.add(`${place}: is stored twice`);
    else if (naive === undefined) report.add(`${place}: is stored with ${tile.eventCount} events, expected nothing`);
    else compareTile(report, { place, naive, tile, options });
    found.add(place);
  }
  reportMissing(report, expected, found);
  return report.result;
}

function reportMissing(report: DifferenceReport, expected: NaiveTiles, found: ReadonlySet<string>): void {
  for (const [key, days] of expected) {
    for (const [day, { eventCount }] of days) {
      const place = `${key} on day ${day}`;
      if (!found.has(place)) report.add(`${place}: is missing, expected ${eventCount} events`);
    }
  }
}

interface TilePair {
  readonly place: string;
  readonly naive: NaiveTile;
  readonly tile: DayTile;
  readonly options: CompareOptions;
}

function compareTile(report: DifferenceReport, { place, naive, tile, options }: TilePair): void {
  report.countTile();
  report.compare(`${place}: events`, naive.eventCount, tile.eventCount);
  for (const name of new Set([...naive.dimensions.keys(), ...tile.dimensions.keys()])) {
    const where = `${place}, ${name}`;
    const [expected, actual] = [naive.dimensions.get(name), tile.dimensions.get(name)];
    if (expected === undefined) report.add(`${where}: is stored, expected nothing`);
    else if (actual === undefined) report.add(`${where}: is missing`);
    else compareState(report, { where, expected, actual, cap: capOf(name, options), order: options.order ?? 'known' });
  }
}

interface StatePair {
  readonly where: string;
  readonly expected: NaiveState;
  readonly actual: DimensionState;
  readonly cap: number;
  readonly order: ArrivalOrder;
}

function compareState(report: DifferenceReport, { where, expected, actual, cap, order }: StatePair): void {
  if (expected.kind === 'numbers' && actual.kind === 'numeric') {
    compareNumbers(report, { where, samples: expected.samples, actual });
  } else if (expected.kind === 'weights' && actual.kind !== 'numeric') {
    compareWeights(report, { where, expected: expected.weights, actual, cap, order });
  } else {
    report.add(`${where}: is ${actual.kind}, expected ${expected.kind}`);
  }
}

function capOf(name: string, { schema, cap }: CompareOptions): number {
  if (cap !== undefined) return cap;
  const dimension = schema.dimensions.find((candidate) => candidate.name === name);
  return dimension?.kind === 'categorical' || dimension?.kind === 'item' ? dimension.cap : Infinity;
}
