/** The value of one attribute of an item or an event. */
export type AttributeValue = string | number | boolean | readonly string[];

/** Attributes by name. */
export type Attributes = Pick<ReadonlyMap<string, AttributeValue>, 'get'>;

/** One event as it is counted: validated, complete, and the same in every replay. */
export interface Interaction {
  /** The caller's idempotency key. */
  readonly eventId: string;
  /** See `profileKeyOf`. */
  readonly profileKey: string;
  readonly eventType: string;
  /** Absent for events about no item. */
  readonly itemId?: string;
  /** When it happened, in epoch milliseconds. It decides the day. */
  readonly occurredAtMs: number;
  /** When ingest took it in, in epoch milliseconds. */
  readonly receivedAtMs: number;
  readonly attributes: Attributes;
}
