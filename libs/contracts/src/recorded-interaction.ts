import { profileKeyOf, type Interaction } from '@affinity/domain';
import { fromAttributes } from './attribute-values';
import type { RecordedEvent } from './generated/affinity/storage/v1/stream_record';

/** What is counted of a recorded event; undefined when it lacks what ingest never leaves out. */
export function toInteraction({ event, receivedAt }: RecordedEvent): Interaction | undefined {
  if (event?.occurredAt === undefined || receivedAt === undefined) return undefined;
  const profileKey = profileKeyOf(event);
  if (profileKey === undefined || event.eventId === '' || event.eventType === '') return undefined;
  return {
    eventId: event.eventId,
    profileKey,
    eventType: event.eventType,
    ...(event.itemId === '' ? {} : { itemId: event.itemId }),
    occurredAtMs: event.occurredAt.getTime(),
    receivedAtMs: receivedAt.getTime(),
    attributes: fromAttributes(event.attributes),
  };
}
