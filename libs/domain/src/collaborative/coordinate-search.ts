/** What is searched. */
export interface CoordinateSearch {
  readonly start: readonly number[];
  /** Values to try for each coordinate; an empty list keeps its start. */
  readonly grids: readonly (readonly number[])[];
  /** Times that all coordinates are gone through at most. */
  readonly passes: number;
}

/** The best point found, and its value. */
export interface SearchResult {
  readonly point: readonly number[];
  readonly value: number;
}

/** Gains below this are noise. */
const leastGain = 1e-6;

/**
 * Looks for the highest value by one coordinate at a time, until a whole pass gains nothing. Yields after each trial, so that
 * whoever runs it may do something else meanwhile; returns the best.
 */
export function* coordinateSearch(
  valueOf: (point: readonly number[]) => number,
  { start, grids, passes }: CoordinateSearch,
): Generator<void, SearchResult> {
  let best: SearchResult = { point: start, value: valueOf(start) };
  for (let pass = 0; pass < passes; pass += 1) {
    const before = best.value;
    for (const [coordinate, grid] of grids.entries()) {
      for (const tried of grid) {
        if (tried === best.point[coordinate]) continue;
        const point = best.point.map((own, i) => (i === coordinate ? tried : own));
        const value = valueOf(point);
        if (value > best.value + leastGain) best = { point, value };
        yield;
      }
    }
    if (best.value <= before) break;
  }
  return best;
}
