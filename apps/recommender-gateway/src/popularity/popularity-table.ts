import { mostPopularFirst, type PopularItem } from '@affinity/domain';

/** How popularity is kept. */
export interface PopularityTableOptions {
  readonly halfLifeMs: number;
  /** The least popular quarter goes when there are more. */
  readonly maxItems: number;
  /** Epoch milliseconds. */
  readonly nowMs: () => number;
}

interface Entry {
  weight: number;
  atMs: number;
}

const evictedShare = 0.25;
/** How long a sorted list is good enough, in milliseconds: it is for when nothing better is there. */
const sortedForMs = 500;

/** What is popular lately: weights that halve as time passes, bounded in number. */
export class PopularityTable {
  private readonly entries = new Map<string, Entry>();
  private sorted: { readonly items: readonly PopularItem[]; readonly atMs: number } | undefined;

  constructor(private readonly options: PopularityTableOptions) {}

  /** Adds to an item's weight what came at an instant; a negative weight takes away. */
  add(itemId: string, weight: number, atMs: number): void {
    const entry = this.entries.get(itemId);
    if (entry === undefined) this.entries.set(itemId, { weight, atMs });
    else {
      const newestMs = Math.max(entry.atMs, atMs);
      entry.weight = this.decayed(entry, newestMs) + this.decayed({ weight, atMs }, newestMs);
      entry.atMs = newestMs;
    }
    if (this.entries.size > this.options.maxItems) this.evict();
  }

  /** The most popular items, most popular first. May lag by half a second. */
  top(count: number): readonly PopularItem[] {
    const nowMs = this.options.nowMs();
    if (this.sorted === undefined || nowMs - this.sorted.atMs >= sortedForMs) {
      this.sorted = { items: this.fallingAt(nowMs).filter(({ weight }) => weight > 0), atMs: nowMs };
    }
    return this.sorted.items.slice(0, count);
  }

  /** An item's weight now; 0 when it is not popular. */
  weightOf(itemId: string): number {
    const entry = this.entries.get(itemId);
    return entry === undefined ? 0 : Math.max(0, this.decayed(entry, this.options.nowMs()));
  }

  private evict(): void {
    const falling = this.fallingAt(this.options.nowMs());
    const kept = Math.floor(this.options.maxItems * (1 - evictedShare));
    for (const { itemId } of falling.slice(kept)) this.entries.delete(itemId);
  }

  private fallingAt(nowMs: number): PopularItem[] {
    return mostPopularFirst(
      [...this.entries].map(([itemId, entry]) => ({ itemId, weight: this.decayed(entry, nowMs) })),
    );
  }

  private decayed({ weight, atMs }: Entry, nowMs: number): number {
    return weight * 2 ** (-Math.max(0, nowMs - atMs) / this.options.halfLifeMs);
  }
}
