import { fromAttributes, messageId, StreamRecord, type Event } from '@affinity/contracts';
import { profileKeyOf } from '@affinity/domain';
import type { TrackedEvent } from '@affinity/personalize';
import { eventProperties } from './event-properties';

/** An event and whose it is. */
export interface VisitorEvent {
  readonly profileKey: string;
  /** Absent for an anonymous visitor. */
  readonly userId?: string;
  readonly sessionId: string;
  readonly event: TrackedEvent;
}

/** What a message of the stream means to Personalize; `unusable`: why it goes to the dead letters. */
export type DecodedRecord =
  | { readonly kind: 'event'; readonly visit: VisitorEvent }
  /** Nothing that Personalize is told here: an erasure, or what was shown without anything having been done yet. */
  | { readonly kind: 'skipped' }
  | { readonly kind: 'unusable'; readonly reason: string };

/** Reads a message's body. `firstAttributes` decides which attributes are kept when not all fit. */
export function decodeRecord(data: Uint8Array, firstAttributes: readonly string[]): DecodedRecord {
  const record = parse(data)?.record;
  if (record?.$case === 'erasure') return { kind: 'skipped' };
  const event = record?.value.event;
  if (event === undefined) return { kind: 'unusable', reason: 'the body is not a recorded event' };
  const profileKey = profileKeyOf(event);
  const sentAt = event.occurredAt;
  if (profileKey === undefined || sentAt === undefined || event.eventId === '') {
    return { kind: 'unusable', reason: 'the event lacks its id, time or actor' };
  }
  // Personalize learns what was shown with the events that carry the recommendation back.
  if (event.itemId === '' && event.impression.length > 0) return { kind: 'skipped' };
  return { kind: 'event', visit: toVisit(event, { profileKey, sentAt, firstAttributes }) };
}

function parse(data: Uint8Array): StreamRecord | undefined {
  try {
    return StreamRecord.decode(data);
  } catch {
    return undefined; // The reason for an operator is the same whatever the decoder says; the bytes are kept.
  }
}

interface Extracted {
  readonly profileKey: string;
  readonly sentAt: Date;
  readonly firstAttributes: readonly string[];
}

function toVisit(event: Event, { profileKey, sentAt, firstAttributes }: Extracted): VisitorEvent {
  const { userId, sessionId, eventId, eventType, itemId, eventValue } = event;
  const properties = eventProperties(fromAttributes(event.attributes), firstAttributes);
  return {
    profileKey,
    // Personalize demands a session; a user's events without one make a session of their own.
    sessionId: sessionId || userId,
    ...(userId === '' ? {} : { userId }),
    event: {
      eventId: messageId(profileKey, eventId),
      eventType,
      sentAt,
      ...(itemId === '' ? {} : { itemId }),
      ...(eventValue === undefined ? {} : { eventValue }),
      ...(properties === undefined ? {} : { properties }),
      ...shown(event),
    },
  };
}

/** What was shown: the items themselves, else the answer that they came from. */
function shown({ impression, recommendationId }: Event): Pick<TrackedEvent, 'impression' | 'recommendationId'> {
  if (impression.length > 0) return { impression };
  return recommendationId === '' ? {} : { recommendationId };
}
