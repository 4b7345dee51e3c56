/** What a model proposes. */
export interface CandidateList {
  /** The model's own id for this answer, at most 40 characters, for later events to carry back; absent when it gave none. */
  readonly recommendationId?: string;
  /** Best first, each item once. */
  readonly candidates: readonly Candidate[];
}

/** One proposed item. */
export interface Candidate {
  readonly itemId: string;
  /** Higher is better, comparable within one list only; absent when the model gave none. */
  readonly score?: number;
}

/** Whom or what to propose items for. */
export type CandidateQuery =
  /** Items for a visitor: a user id, or the session id of an anonymous one. */
  | { readonly kind: 'visitor'; readonly visitorId: string; readonly count: number }
  /** Items related to an item, for a visitor. */
  | { readonly kind: 'related'; readonly itemId: string; readonly visitorId: string; readonly count: number };

/** A list to be put in a visitor's order. */
export interface RankingQuery {
  readonly visitorId: string;
  /** 1 to 500, each once. */
  readonly itemIds: readonly string[];
}

/**
 * Proposes items. Calls end when the signal aborts, rejecting with its reason. Otherwise they reject with an
 * AffinityError: INVALID_ARGUMENT (a limit is broken; nothing was sent, or it was refused), RESOURCE_EXHAUSTED
 * (throttled), NOT_FOUND (no such campaign), UNAUTHENTICATED, PERMISSION_DENIED or FAILED_PRECONDITION (an operator has to
 * mend something), UNAVAILABLE or DEADLINE_EXCEEDED.
 */
export interface CandidateSource {
  /** The most promising items, at most `count` (1 to 500). A visitor or item that the model does not know is no error. */
  propose(query: CandidateQuery, signal: AbortSignal): Promise<CandidateList>;
  /** The items of the query in the visitor's order; those that the model does not know come last or are left out. */
  rank(query: RankingQuery, signal: AbortSignal): Promise<CandidateList>;
}
