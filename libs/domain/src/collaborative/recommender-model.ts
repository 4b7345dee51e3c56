/** One event as a model learns from it. */
export interface ModelEvent {
  /** Known users only; an event that carries user and session joins the session's history to the user's. */
  readonly userId?: string;
  readonly sessionId: string;
  /** Absent for events about no item. */
  readonly itemId?: string;
  /** Epoch milliseconds. */
  readonly atMs: number;
}

/** A proposed item; higher scores are better. */
export interface ScoredItem {
  readonly itemId: string;
  /** From 0 to 1, a share of all candidates' likelihood; comparable within one answer. Absent for items that the model does not know. */
  readonly score?: number;
}

/** Which items may be proposed. */
export type ItemPredicate = (itemId: string) => boolean;

/** What is asked for. */
export interface RecommendationQuery {
  /** At most so many items. */
  readonly count: number;
  /** Default: every item. */
  readonly admits?: ItemPredicate;
}

/** A piece of a model's state, fit for JSON. The first element says what it is. */
export type ModelRecord = readonly [kind: string, ...rest: readonly unknown[]];

/**
 * What proposes items. It lives in memory, within the limits that it was made with, and is changed by each event before the
 * next question is answered.
 */
export interface RecommenderModel {
  /** Names the state's layout: a model restores only what a model of the same name dumped. */
  readonly layout: string;
  learn(event: ModelEvent): void;
  /** An item exists, whether or not anybody has met it. */
  knowItem(itemId: string): void;
  /** Items for a user or an anonymous session, best first; popular ones when the visitor is unknown. */
  forVisitor(visitorId: string, query: RecommendationQuery): ScoredItem[];
  /** Items that go with an item, which is not among them, best first; popular ones when the item is unknown. */
  relatedTo(itemId: string, query: RecommendationQuery): ScoredItem[];
  /** The same items, best first; unknown ones last, in the order given. */
  rank(visitorId: string, itemIds: readonly string[]): ScoredItem[];
  /** The whole state; `restore` of each record, in order, on a new model gives the same answers. */
  dump(): Iterable<ModelRecord>;
  /** Takes in a record of a dump. Throws TypeError when it is of no kind that the model knows. */
  restore(record: ModelRecord): void;
}
