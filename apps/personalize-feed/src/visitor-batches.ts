import { personalizeLimits, type EventBatch } from '@affinity/personalize';
import type { StreamMessage } from '@affinity/messaging';
import type { VisitorEvent } from './record-decoding';

/** An event on its way, and the message it came in. */
export interface FedEvent {
  readonly message: StreamMessage;
  readonly visit: VisitorEvent;
}

/** The events of one call: one visitor, one session, at most ten. At least one. */
export type FedBatch = readonly FedEvent[];

/**
 * Splits events into calls: for each visitor a list of batches to be sent one after the other, which together hold the
 * visitor's events in their order. A batch ends where the session changes, or after ten events.
 */
export function visitorBatches(events: readonly FedEvent[]): FedBatch[][] {
  const visitors = new Map<string, FedEvent[][]>();
  for (const fed of events) {
    const batches = visitors.get(fed.visit.profileKey) ?? [];
    visitors.set(fed.visit.profileKey, batches);
    const last = batches.at(-1);
    const continues = last !== undefined && last.length < personalizeLimits.eventsPerCall;
    if (continues && last[0]?.visit.sessionId === fed.visit.sessionId) last.push(fed);
    else batches.push([fed]);
  }
  return [...visitors.values()];
}

/** A batch as the tracker takes it. */
export function toEventBatch(batch: FedBatch): EventBatch {
  const { userId, sessionId = '' } = batch[0]?.visit ?? {};
  return { sessionId, events: batch.map(({ visit }) => visit.event), ...(userId === undefined ? {} : { userId }) };
}
