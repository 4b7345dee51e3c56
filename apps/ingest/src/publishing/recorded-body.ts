import { StreamRecord, type AttributeValue, type Event } from '@affinity/contracts';

/** What is recorded of an event. */
export interface EventToRecord {
  readonly event: Event;
  readonly attributes: ReadonlyMap<string, AttributeValue>;
  readonly receivedAtMs: number;
  readonly unknownItem: boolean;
}

/**
 * Most bytes of a recorded event: half of NATS' default payload limit. An event itself has 64 KiB at most; only the
 * catalogue's attributes can bring it here.
 */
export const maxBodyBytes = 524_288;

/** The body of an event's message. */
export function encodeBody({ event, attributes, receivedAtMs, unknownItem }: EventToRecord): Uint8Array {
  const complete: Event = { ...event, attributes: new Map(attributes) };
  const value = { event: complete, receivedAt: new Date(receivedAtMs), unknownItem };
  return StreamRecord.encode({ record: { $case: 'event', value } }).finish();
}
