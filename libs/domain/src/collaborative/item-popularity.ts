import { ForwardDecay } from './forward-decay';
import { grown } from './growable-array';

/** How popularity is kept. */
export interface ItemPopularityOptions {
  /** Infinity counts every event alike. */
  readonly halfLifeMs: number;
  /** How many of the most popular can always be named. */
  readonly leaders: number;
}

/**
 * How often each item is met, with decay.
 *
 * P1 All weights decay alike, so only an item that gains weight can overtake another: the leaders are exact although only
 *    gaining items are looked at.
 */
export class ItemPopularity {
  private weights = new Float64Array(0);
  private readonly leading = new Set<number>();
  private readonly decay: ForwardDecay;

  constructor(private readonly options: ItemPopularityOptions) {
    this.decay = new ForwardDecay(options.halfLifeMs, (factor) => {
      this.weights = this.weights.map((weight) => weight * factor);
    });
  }

  /** Counts an event with an item. */
  add(slot: number, atMs: number): void {
    const added = this.decay.factorAt(atMs);
    this.weights = grown(this.weights, slot + 1);
    this.weights[slot] = (this.weights[slot] ?? 0) + added;
    this.promote(slot);
  }

  /** Events with the item, decayed to the newest event of all. */
  countOf(slot: number): number {
    return (this.weights[slot] ?? 0) / this.decay.newestFactor;
  }

  /** All counts, to be read before the next event: by slot, each to be divided by `divisor`. */
  get counts(): { readonly values: Float64Array; readonly divisor: number } {
    return { values: this.weights, divisor: this.decay.newestFactor };
  }

  /** The most popular items and up to as many more, in no order. */
  get leaders(): ReadonlySet<number> {
    return this.leading;
  }

  /** Forgets an item. */
  forget(slot: number): void {
    this.leading.delete(slot);
    if (slot < this.weights.length) this.weights[slot] = 0;
  }

  /** For a dump: the stored weight of an item, to be read together with `state`. */
  storedWeight(slot: number): number {
    return this.weights[slot] ?? 0;
  }

  /** For a dump: the state of the decay. */
  get state(): readonly number[] {
    return this.decay.state;
  }

  /** Puts a dumped state of the decay back. */
  restoreState(state: readonly number[]): void {
    this.decay.restore(state);
  }

  /** Puts a stored weight back. */
  restoreWeight(slot: number, weight: number): void {
    this.weights = grown(this.weights, slot + 1);
    this.weights[slot] = weight;
    if (weight > 0) this.promote(slot);
  }

  /** Twice as many may lead before the lower half goes, so that keeping them costs little. */
  private promote(slot: number): void {
    this.leading.add(slot); // P1
    const { leaders } = this.options;
    if (this.leading.size <= 2 * leaders) return;
    const falling = [...this.leading].sort((a, b) => (this.weights[b] ?? 0) - (this.weights[a] ?? 0) || a - b);
    for (const lower of falling.slice(leaders)) this.leading.delete(lower);
  }
}
