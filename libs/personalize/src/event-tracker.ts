/** Events of one visitor in one session, in the order in which they happened. */
export interface EventBatch {
  /** Absent for an anonymous visitor. 1 to 256 characters. */
  readonly userId?: string;
  /** 1 to 256 characters. */
  readonly sessionId: string;
  /** 1 to 10. */
  readonly events: readonly TrackedEvent[];
}

/** One event as a model learns from it. See `batchViolations` for the limits. */
export interface TrackedEvent {
  /** Makes a repeat harmless. */
  readonly eventId: string;
  readonly eventType: string;
  /** When it happened. */
  readonly sentAt: Date;
  readonly itemId?: string;
  readonly eventValue?: number;
  /** A JSON object as text. */
  readonly properties?: string;
  /** The answer that led to the event. */
  readonly recommendationId?: string;
  /** The items that were shown. Wins over `recommendationId`. */
  readonly impression?: readonly string[];
}

/**
 * Tells a model what people do. Resolves once the model's owner has taken all events of the batch; repeating a batch is
 * safe. Rejects with the signal's reason when that aborts, else with an AffinityError: INVALID_ARGUMENT (repeating is
 * pointless), RESOURCE_EXHAUSTED (throttled), UNAUTHENTICATED, PERMISSION_DENIED, NOT_FOUND or FAILED_PRECONDITION (an
 * operator has to mend something), UNAVAILABLE or DEADLINE_EXCEEDED.
 */
export interface EventTracker {
  track(batch: EventBatch, signal: AbortSignal): Promise<void>;
}
