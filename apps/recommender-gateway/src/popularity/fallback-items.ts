import type { BaseItem } from '../ranking/base-list';
import type { PopularityTable } from './popularity-table';

/** What is known of items without the model. */
export interface FallbackItemsOptions {
  /** What visitors met lately. */
  readonly events: PopularityTable;
  /** What the model proposed lately. */
  readonly answers: PopularityTable;
  /** Epoch milliseconds. */
  readonly nowMs: () => number;
}

/** An item that was proposed counts this much of one that was met: it fills up, and never displaces what people chose. */
const answerShare = 0.001;

/** Stands in for the model: popular and trending items, then those that the model proposed last. */
export class FallbackItems {
  constructor(private readonly options: FallbackItemsOptions) {}

  /** Remembers what the model proposed. */
  noteAnswer(itemIds: readonly string[]): void {
    const nowMs = this.options.nowMs();
    for (const itemId of itemIds) this.options.answers.add(itemId, 1, nowMs);
  }

  /** The most popular items, with ranks from 1 and scores. */
  top(count: number): BaseItem[] {
    const { events, answers } = this.options;
    const itemIds = new Set([...events.top(count), ...answers.top(count)].map(({ itemId }) => itemId));
    return this.placed([...itemIds]).slice(0, count);
  }

  /** Those of the items that are popular or were proposed, with ranks from 1 and scores. */
  among(itemIds: readonly string[]): BaseItem[] {
    return this.placed(itemIds);
  }

  private placed(itemIds: readonly string[]): BaseItem[] {
    const { events, answers } = this.options;
    const scored = itemIds.map((itemId) => {
      const met = events.weightOf(itemId);
      const score = met + answerShare * answers.weightOf(itemId);
      return { itemId, origin: met > 0 ? ('popular' as const) : ('answered' as const), score };
    });
    const falling = scored.filter(({ score }) => score > 0);
    falling.sort((a, b) => b.score - a.score || (a.itemId < b.itemId ? -1 : 1));
    return falling.map((item, i) => ({ ...item, rank: i + 1 }));
  }
}
