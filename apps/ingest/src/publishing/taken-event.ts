import type { EventOutcome, FieldViolation, TokenPosition } from '@affinity/contracts';
import { printableText } from '../wire/malformed-text';

/** What became of one event, and where it is stored if it is. */
export interface TakenEvent {
  readonly outcome: EventOutcome;
  /** Set when the event is stored, now or earlier. */
  readonly stored?: StoredPosition;
}

/** Where an event is stored. */
export interface StoredPosition extends TokenPosition {
  readonly partition: number;
}

/** The event breaks rules. */
export function rejected(eventId: string, violations: readonly FieldViolation[]): TakenEvent {
  return { outcome: outcomeOf(eventId, { $case: 'rejected', value: { violations: [...violations] } }) };
}

/** The event could not be stored now. `reason` is for people. */
export function retryLater(eventId: string, reason: string, retryAfterMs: number): TakenEvent {
  return { outcome: outcomeOf(eventId, { $case: 'retryLater', value: { reason, retryAfterMs } }) };
}

/** The event is stored. */
export function accepted(eventId: string, unknownItem: boolean, stored: StoredPosition): TakenEvent {
  return { outcome: outcomeOf(eventId, { $case: 'accepted', value: { unknownItem } }), stored };
}

/**
 * The event had been stored before. Its message may be older than this call, so the token asks for its sequence alone: the
 * stream has just told that it holds it.
 */
export function duplicate(eventId: string, { partition, sequence }: StoredPosition): TakenEvent {
  const stored = { partition, sequence, publishedAtMs: 0 };
  return { outcome: outcomeOf(eventId, { $case: 'duplicate', value: {} }), stored };
}

function outcomeOf(eventId: string, outcome: NonNullable<EventOutcome['outcome']>): EventOutcome {
  return { eventId: printableText(eventId), outcome };
}
