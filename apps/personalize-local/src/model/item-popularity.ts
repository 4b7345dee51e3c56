import { addWeight, type DecayedWeight, weightAt } from './decayed-weight';

/** How popularity is kept. */
export interface ItemPopularityOptions {
  readonly maxItems: number;
  readonly halfLifeMs: number;
  /** How many of the most popular can always be named. */
  readonly leaders: number;
}

/** Share of the items that goes, least popular first, when there are too many. */
const evictedShare = 1 / 16;

/**
 * The known items and how popular each is, with recency.
 *
 * P1 All weights decay alike, so only an item that gains weight can overtake another: the leaders are exact although only
 *    gaining items are looked at.
 * P2 At most `maxItems` items; the least popular go first.
 */
export class ItemPopularity {
  private readonly items = new Map<string, DecayedWeight>();
  private readonly leading = new Set<string>();
  private readonly sum: DecayedWeight = { weight: 0, atMs: 0 };

  constructor(private readonly options: ItemPopularityOptions) {}

  has(itemId: string): boolean {
    return this.items.has(itemId);
  }

  /** Notes that an item exists. Returns the items that had to go. */
  know(itemId: string): readonly string[] {
    if (this.items.has(itemId)) return [];
    this.items.set(itemId, { weight: 0, atMs: 0 });
    return this.items.size > this.options.maxItems ? this.evict(itemId) : [];
  }

  /** Counts an interaction with an item. Returns the items that had to go. */
  add(itemId: string, added: DecayedWeight): readonly string[] {
    const evicted = this.know(itemId);
    const { halfLifeMs } = this.options;
    addWeight(this.sum, added, halfLifeMs);
    addWeight(this.entry(itemId), added, halfLifeMs);
    this.promote(itemId);
    return evicted;
  }

  /** The item's part of everybody's interactions, 0 to 1. */
  shareOf(itemId: string): number {
    const { weight, atMs } = this.sum;
    const entry = this.items.get(itemId);
    return entry === undefined || weight <= 0
      ? 0
      : Math.min(1, weightAt(entry, atMs, this.options.halfLifeMs) / weight);
  }

  /** The most popular items and up to as many more, in no order. */
  get leaders(): ReadonlySet<string> {
    return this.leading;
  }

  *entries(): Iterable<readonly [itemId: string, weight: number, atMs: number]> {
    for (const [itemId, { weight, atMs }] of this.items) yield [itemId, weight, atMs];
  }

  /** Puts an entry back as `entries` gave it. */
  restore(itemId: string, entry: DecayedWeight): void {
    this.items.set(itemId, { ...entry });
    addWeight(this.sum, entry, this.options.halfLifeMs);
    if (entry.weight > 0) this.promote(itemId);
  }

  private entry(itemId: string): DecayedWeight {
    return this.items.get(itemId) ?? { weight: 0, atMs: 0 };
  }

  /** Twice as many may lead before the lower half goes, so that keeping them costs little. */
  private promote(itemId: string): void {
    this.leading.add(itemId); // P1
    const { leaders } = this.options;
    if (this.leading.size <= 2 * leaders) return;
    for (const lower of this.lowest([...this.leading], leaders)) this.leading.delete(lower);
  }

  /** P2; the newcomer stays, or nothing new could ever come in. */
  private evict(newcomer: string): readonly string[] {
    const others = [...this.items.keys()].filter((itemId) => itemId !== newcomer);
    const gone = this.lowest(others, Math.max(1, Math.floor(this.options.maxItems * evictedShare)));
    for (const itemId of gone) {
      this.items.delete(itemId);
      this.leading.delete(itemId);
    }
    return gone;
  }

  private lowest(itemIds: readonly string[], count: number): readonly string[] {
    const share = new Map(itemIds.map((itemId) => [itemId, this.shareOf(itemId)]));
    const rising = [...itemIds].sort((left, right) => (share.get(left) ?? 0) - (share.get(right) ?? 0));
    return rising.slice(0, count);
  }
}
