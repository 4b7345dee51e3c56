import { addWeight, type DecayedWeight, weightAt } from './decayed-weight';

/** How transitions are kept. */
export interface ItemTransitionsOptions {
  readonly halfLifeMs: number;
  /** The most successors of one item; the weakest go when there are more. */
  readonly maxSuccessors: number;
}

/** Share of the successors that stays when there are too many; removing several at once keeps the cost of each low. */
const keptShare = 0.75;

/** Which items people go to from which, and how strongly, with recency. */
export class ItemTransitions {
  private readonly rows = new Map<string, Map<string, DecayedWeight>>();

  constructor(private readonly options: ItemTransitionsOptions) {}

  /** Strengthens the way from one item to another. */
  add(from: string, to: string, added: DecayedWeight): void {
    const row = this.rows.get(from) ?? new Map<string, DecayedWeight>();
    this.rows.set(from, row);
    const current = row.get(to);
    if (current === undefined) row.set(to, { ...added });
    else addWeight(current, added, this.options.halfLifeMs);
    if (row.size > this.options.maxSuccessors) this.rows.set(from, this.strongest(row));
  }

  /** The probability of each successor of an item, as shares that sum to 1; empty when there are none. */
  successors(from: string): ReadonlyMap<string, number> {
    const row = this.rows.get(from);
    if (row === undefined) return new Map();
    const weights = this.weightsNow(row);
    const total = weights.reduce((sum, [, weight]) => sum + weight, 0);
    return total > 0 ? new Map(weights.map(([to, weight]) => [to, weight / total])) : new Map<string, number>();
  }

  /** Forgets where people go from an item. Ways to it stay until they are the weakest. */
  forget(itemId: string): void {
    this.rows.delete(itemId);
  }

  *entries(): Iterable<readonly [from: string, successors: readonly (readonly [string, number, number])[]]> {
    for (const [from, row] of this.rows) yield [from, [...row].map(([to, { weight, atMs }]) => [to, weight, atMs])];
  }

  /** Puts a row back as `entries` gave it. */
  restore(from: string, successors: readonly (readonly [string, number, number])[]): void {
    this.rows.set(from, new Map(successors.map(([to, weight, atMs]) => [to, { weight, atMs }])));
  }

  /** Weights at the row's newest instant: only their ratios matter, and those stay as time passes. */
  private weightsNow(row: ReadonlyMap<string, DecayedWeight>): [string, number][] {
    let nowMs = 0;
    for (const { atMs } of row.values()) nowMs = Math.max(nowMs, atMs);
    return [...row].map(([to, entry]) => [to, weightAt(entry, nowMs, this.options.halfLifeMs)]);
  }

  private strongest(row: ReadonlyMap<string, DecayedWeight>): Map<string, DecayedWeight> {
    const falling = this.weightsNow(row).sort(([, left], [, right]) => right - left);
    const kept = falling.slice(0, Math.max(1, Math.floor(this.options.maxSuccessors * keptShare)));
    return new Map(kept.flatMap(([to]) => entryOf(row, to)));
  }
}

function entryOf(row: ReadonlyMap<string, DecayedWeight>, to: string): [string, DecayedWeight][] {
  const entry = row.get(to);
  return entry === undefined ? [] : [[to, entry]];
}
