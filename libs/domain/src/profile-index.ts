import type { CategoricalState } from './categorical-state';
import { spanHas, type Day, type DaySpan } from './day';
import { emptyTile, type DimensionState } from './day-tile';
import { decayFactor } from './decay';
import type { ItemEntry, ItemState } from './item-state';
import { emptyNumeric, mergeNumeric, type NumericState } from './numeric-state';
import type { DatedTile, FoldedProfile, FoldQuery } from './profile-fold';

/** How much each tile counts, 0 for those outside the query. */
type Factors = Float64Array;

/** One dimension of all tiles, laid out so that a fold is a walk over numbers. */
interface Column {
  /** The dimension's state over the tiles; undefined when none of them has any. */
  fold(factors: Factors): DimensionState | undefined;
}

/**
 * A user's tiles, laid out by dimension for folding again and again. It gives what `foldProfile` gives, up to the order of
 * values and of floating-point additions, at a tenth of its cost. The tiles must not change afterwards.
 */
export class ProfileIndex {
  private readonly columns: ReadonlyMap<string, Column>;

  constructor(private readonly tiles: readonly DatedTile[]) {
    this.columns = new Map(
      [...statesByDimension(tiles)].map(([name, states]) => [name, columnOf(states, tiles.length)]),
    );
  }

  /** Folds the tiles of a query's days, each scaled by its age. */
  fold(query: FoldQuery): FoldedProfile {
    const factors = new Float64Array(this.tiles.length);
    const folded = emptyTile();
    let span: DaySpan | undefined;
    this.tiles.forEach(({ day, tile }, i) => {
      if (!spanHas(query.span, day)) return;
      factors[i] = decayFactor(query.decay, query.span.last - day);
      folded.eventCount += tile.eventCount;
      span = widened(span, day);
    });
    for (const [name, column] of this.columns) {
      if (query.dimensions !== undefined && !query.dimensions.has(name)) continue;
      const state = column.fold(factors);
      if (state !== undefined) folded.dimensions.set(name, state);
    }
    return { tile: folded, span };
  }
}

function widened(span: DaySpan | undefined, day: Day): DaySpan {
  return span === undefined
    ? { first: day, last: day }
    : { first: Math.min(span.first, day), last: Math.max(span.last, day) };
}

/** A dimension's state in one tile. */
interface PlacedState {
  readonly tile: number;
  readonly state: DimensionState;
}

function statesByDimension(tiles: readonly DatedTile[]): Map<string, PlacedState[]> {
  const states = new Map<string, PlacedState[]>();
  tiles.forEach(({ tile }, i) => {
    for (const [name, state] of tile.dimensions) {
      const placed = states.get(name) ?? [];
      if (placed.length === 0) states.set(name, placed);
      // The schema changed the dimension's kind under the same name: tiles of the other kind do not apply.
      if (placed[0] === undefined || placed[0].state.kind === state.kind) placed.push({ tile: i, state });
    }
  });
  return states;
}

function columnOf(states: readonly PlacedState[], tiles: number): Column {
  switch (states[0]?.state.kind) {
    case 'numeric':
      return new NumericColumn(states as readonly (PlacedState & { readonly state: NumericState })[]);
    case 'item':
      return new ItemColumn(states as readonly (PlacedState & { readonly state: ItemState })[], tiles);
    default:
      return new CategoricalColumn(states as readonly (PlacedState & { readonly state: CategoricalState })[], tiles);
  }
}

class NumericColumn implements Column {
  constructor(private readonly states: readonly (PlacedState & { readonly state: NumericState })[]) {}

  fold(factors: Factors): NumericState | undefined {
    let folded: NumericState | undefined;
    for (const { tile, state } of this.states) {
      const factor = factors[tile] ?? 0;
      if (factor === 0) continue;
      folded ??= emptyNumeric();
      mergeNumeric(folded, state, factor);
    }
    return folded;
  }
}

/** Weights of values by tile, in one run of numbers: those of tile t stand from starts[t] to starts[t + 1]. */
class WeightRuns {
  readonly values: string[] = [];
  readonly starts: Uint32Array;
  readonly valueOf: number[] = [];
  readonly weights: number[] = [];
  readonly other: Float64Array;
  private readonly slots = new Map<string, number>();

  constructor(tiles: number) {
    this.starts = new Uint32Array(tiles + 1);
    this.other = new Float64Array(tiles);
  }

  add(value: string, weight: number): void {
    let slot = this.slots.get(value);
    if (slot === undefined) {
      slot = this.values.push(value) - 1;
      this.slots.set(value, slot);
    }
    this.valueOf.push(slot);
    this.weights.push(weight);
  }

  /** Closes the runs of the tiles before this one. */
  close(upToTile: number, fromTile: number): void {
    this.starts.fill(this.weights.length, fromTile, upToTile);
  }
}

class CategoricalColumn implements Column {
  private readonly runs: WeightRuns;

  constructor(states: readonly (PlacedState & { readonly state: CategoricalState })[], tiles: number) {
    this.runs = runsOf(tiles, states, ({ weights }, add) => weights.forEach((weight, value) => add(value, weight)));
  }

  fold(factors: Factors): CategoricalState | undefined {
    const sums = sumRuns(this.runs, factors);
    if (sums === undefined) return undefined;
    const weights = new Map<string, number>();
    this.runs.values.forEach((value, slot) => {
      if (sums.touched[slot] === 1) weights.set(value, sums.weights[slot] ?? 0);
    });
    return { kind: 'categorical', weights, otherWeight: sums.other };
  }
}

class ItemColumn implements Column {
  private readonly runs: WeightRuns;
  private readonly lastAtMs: number[] = [];

  constructor(states: readonly (PlacedState & { readonly state: ItemState })[], tiles: number) {
    this.runs = runsOf(tiles, states, ({ items }, add) =>
      items.forEach(({ weight, lastAtMs }, itemId) => {
        add(itemId, weight);
        this.lastAtMs.push(lastAtMs);
      }),
    );
  }

  fold(factors: Factors): ItemState | undefined {
    const sums = sumRuns(this.runs, factors);
    if (sums === undefined) return undefined;
    const latest = this.latest(factors);
    const items = new Map<string, ItemEntry>();
    this.runs.values.forEach((itemId, slot) => {
      if (sums.touched[slot] === 1) items.set(itemId, { weight: sums.weights[slot] ?? 0, lastAtMs: latest[slot] ?? 0 });
    });
    return { kind: 'item', items, otherWeight: sums.other };
  }

  private latest(factors: Factors): Float64Array {
    const { starts, valueOf, values } = this.runs;
    const latest = new Float64Array(values.length).fill(Number.NEGATIVE_INFINITY);
    for (let tile = 0; tile < factors.length; tile += 1) {
      if (factors[tile] === 0) continue;
      for (let i = starts[tile] ?? 0; i < (starts[tile + 1] ?? 0); i += 1) {
        const slot = valueOf[i] ?? 0;
        latest[slot] = Math.max(latest[slot] ?? 0, this.lastAtMs[i] ?? 0);
      }
    }
    return latest;
  }
}

function runsOf<S extends CategoricalState | ItemState>(
  tiles: number,
  states: readonly (PlacedState & { readonly state: S })[],
  each: (state: S, add: (value: string, weight: number) => void) => void,
): WeightRuns {
  const runs = new WeightRuns(tiles);
  let next = 0;
  for (const { tile, state } of states) {
    runs.close(tile + 1, next);
    next = tile + 1;
    each(state, (value, weight) => runs.add(value, weight));
    runs.other[tile] = state.otherWeight;
  }
  runs.close(tiles + 1, next);
  return runs;
}

interface Sums {
  readonly weights: Float64Array;
  readonly touched: Uint8Array;
  readonly other: number;
}

/** Undefined when no tile of the dimension counts. */
function sumRuns({ starts, valueOf, weights, values, other }: WeightRuns, factors: Factors): Sums | undefined {
  const sums = new Float64Array(values.length);
  const touched = new Uint8Array(values.length);
  let otherSum = 0;
  let any = false;
  for (let tile = 0; tile < factors.length; tile += 1) {
    const factor = factors[tile] ?? 0;
    if (factor === 0) continue;
    const from = starts[tile] ?? 0;
    const to = starts[tile + 1] ?? 0;
    for (let i = from; i < to; i += 1) {
      const slot = valueOf[i] ?? 0;
      sums[slot] = (sums[slot] ?? 0) + (weights[i] ?? 0) * factor;
      touched[slot] = 1;
    }
    otherSum += (other[tile] ?? 0) * factor;
    any ||= to > from || other[tile] !== 0;
  }
  return any ? { weights: sums, touched, other: otherSum } : undefined;
}
