/** One event as a model learns from it. */
export interface Interaction {
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
  /** From 0 to 1; comparable within one answer. Absent where the model does not know the item. */
  readonly score?: number;
}

/** A piece of a model's state, fit for JSON. The first element says what it is. */
export type ModelRecord = readonly [kind: string, ...rest: readonly unknown[]];

/**
 * What proposes items. It lives in memory, within the limits that it was made with, and is changed by each interaction
 * before the next question is answered. An ensemble is a RecommenderModel made of RecommenderModels.
 */
export interface RecommenderModel {
  /** Names the state's layout: a model restores only what a model of the same name dumped. */
  readonly layout: string;
  learn(interaction: Interaction): void;
  /** An item exists, whether or not anybody has met it. */
  knowItem(itemId: string): void;
  /** Items for a user or an anonymous session, best first; popular ones when the visitor is unknown. */
  forVisitor(visitorId: string, count: number): ScoredItem[];
  /** Items that go with an item, which is not among them, best first; popular ones when the item is unknown. */
  relatedTo(itemId: string, count: number): ScoredItem[];
  /** The same items, best first; unknown ones last, in the order given. */
  rank(visitorId: string, itemIds: readonly string[]): ScoredItem[];
  /** The whole state; `restore` of each record, in order, on a new model gives the same answers. */
  dump(): Iterable<ModelRecord>;
  restore(record: ModelRecord): void;
}
