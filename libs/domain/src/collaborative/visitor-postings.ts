import { grown } from './growable-array';
import type { HistoryObserver } from './visitor-histories';

/** The first `size` elements count, who met the item last at the end. */
interface Posting {
  visitors: Uint32Array;
  size: number;
  /** Histories that hold the item, those beyond the bound included. */
  holders: number;
}

/**
 * The inverted index of histories: who met an item, of whom the latest `maxVisitors` are named.
 * Source of the bound: Kersbergen, Sprangers, Schelter, "Serenade: low-latency session-based recommendation", SIGMOD 2022.
 */
export class VisitorPostings implements HistoryObserver {
  private readonly postings: (Posting | undefined)[] = [];

  constructor(private readonly maxVisitors: number) {}

  /** See HistoryObserver. */
  gained(visitor: number, item: number): void {
    const posting = (this.postings[item] ??= { visitors: new Uint32Array(4), size: 0, holders: 0 });
    posting.holders += 1;
    if (posting.size === this.maxVisitors) removeAt(posting, 0);
    posting.visitors = grown(posting.visitors, posting.size + 1);
    posting.visitors[posting.size] = visitor;
    posting.size += 1;
  }

  /** See HistoryObserver. */
  lost(visitor: number, item: number): void {
    const posting = this.postings[item];
    if (posting === undefined) return;
    posting.holders -= 1;
    const place = posting.visitors.subarray(0, posting.size).indexOf(visitor);
    if (place >= 0) removeAt(posting, place);
  }

  /** How many visitors have the item in their history. */
  holdersOf(item: number): number {
    return this.postings[item]?.holders ?? 0;
  }

  /** The visitors who met the item last. Valid until the next change. */
  of(item: number): Uint32Array {
    const posting = this.postings[item];
    return posting === undefined ? none : posting.visitors.subarray(0, posting.size);
  }

  /** Forgets an item. */
  forgetItem(item: number): void {
    this.postings[item] = undefined;
  }
}

const none = new Uint32Array(0);

function removeAt(posting: Posting, place: number): void {
  posting.visitors.copyWithin(place, place + 1, posting.size);
  posting.size -= 1;
}
