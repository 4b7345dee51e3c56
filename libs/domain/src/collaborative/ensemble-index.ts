import { ItemPopularity } from './item-popularity';
import { ItemRegistry } from './item-registry';
import { ItemTransitions } from './item-transitions';
import type { ModelEvent } from './recommender-model';
import { VisitorHistories } from './visitor-histories';
import { VisitorPostings } from './visitor-postings';

/** Bounds and pace of what is remembered. */
export interface EnsembleLimits {
  readonly maxItems: number;
  readonly maxVisitors: number;
  readonly maxVisitsPerVisitor: number;
  readonly popularityHalfLifeMs: number;
}

/** Most items in one answer, and so the most leaders worth knowing. */
const maxAnswer = 500;
const maxSuccessors = 128;
/** Of one item: with twenty starting items, thousands of visitors are compared, where VMIS-kNN compares 500 in all. */
const maxPostingVisitors = 250;
/** Items of a visitor that an event is linked to, and how much less each further step back counts. */
const linkedVisits = 10;
const linkFading = 0.8;
/** The way back, from the later item to the earlier one, counts less than the way forth. */
const backwardWeight = 0.5;
const dayMs = 86_400_000;
/** Share of the items that goes, least popular first, when there are too many. */
const evictedShare = 1 / 16;

/**
 * All that the ensemble remembers, changed by each event.
 *
 * I1 At most `maxItems` items; the least popular go first, a sixteenth at a time, and with them everything about them.
 * I2 The postings are exactly those of the histories, but for their bound.
 */
export class EnsembleIndex {
  readonly items = new ItemRegistry();
  readonly popularity = new ItemPopularity({ halfLifeMs: Infinity, leaders: maxAnswer + 1 });
  readonly recency: ItemPopularity;
  readonly transitions: ItemTransitions;
  readonly postings = new VisitorPostings(maxPostingVisitors);
  readonly histories: VisitorHistories;

  constructor(
    private readonly limits: EnsembleLimits,
    transitionHalfLifeMs: number,
  ) {
    const { maxVisitors, maxVisitsPerVisitor: maxVisits, popularityHalfLifeMs } = limits;
    this.recency = new ItemPopularity({ halfLifeMs: popularityHalfLifeMs, leaders: maxAnswer + 1 });
    this.transitions = new ItemTransitions({ halfLifeMs: transitionHalfLifeMs, maxSuccessors });
    this.histories = new VisitorHistories({ maxVisitors, maxVisits }, this.postings);
  }

  /** Takes in an event. */
  learn({ userId, sessionId, itemId, atMs }: ModelEvent): void {
    const visitorId = this.histories.visitorOf(userId, sessionId);
    if (itemId === undefined) return;
    const item = this.know(itemId);
    this.popularity.add(item, atMs);
    this.recency.add(item, atMs);
    this.linkWithEarlier(visitorId, item, atMs);
    this.histories.add(visitorId, item, atMs);
  }

  /** The slot of an item, which exists from now on. */
  know(itemId: string): number {
    const known = this.items.slotOf(itemId);
    if (known !== undefined) return known;
    const slot = this.items.register(itemId);
    if (this.items.size > this.limits.maxItems) this.evict(slot); // I1
    return slot;
  }

  /**
   * An event links its item with the visitor's ten before, by `0.8^k / (1 + days between)`, and half as much the other way.
   */
  private linkWithEarlier(visitorId: string, item: number, atMs: number): void {
    let closeness = this.transitions.factorAt(atMs);
    for (const [earlier, earlierAtMs] of this.histories.recent(visitorId, linkedVisits + 1)) {
      if (earlier === item) continue;
      const weight = closeness / (1 + Math.abs(atMs - earlierAtMs) / dayMs);
      this.transitions.add(earlier, item, weight);
      this.transitions.add(item, earlier, backwardWeight * weight);
      closeness *= linkFading;
    }
  }

  /** I1; the newcomer stays, or nothing new could ever come in. */
  private evict(newcomer: number): void {
    const others = [...this.items.entries()].map(([, slot]) => slot).filter((slot) => slot !== newcomer);
    const rank = (slot: number): number => this.recency.countOf(slot);
    others.sort((a, b) => rank(a) - rank(b) || this.popularity.countOf(a) - this.popularity.countOf(b));
    const leaving = others.slice(0, Math.max(1, Math.floor(this.limits.maxItems * evictedShare)));
    const gone = new Uint8Array(this.items.extent);
    for (const slot of leaving) gone[slot] = 1;
    this.transitions.forget(gone);
    this.histories.forgetItems(gone);
    for (const slot of leaving) {
      this.postings.forgetItem(slot);
      this.popularity.forget(slot);
      this.recency.forget(slot);
      this.items.release(slot);
    }
  }
}
