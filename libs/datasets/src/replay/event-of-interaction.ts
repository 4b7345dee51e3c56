import type { Event } from '@affinity/contracts';
import type { DatasetInteraction } from '../interaction-rows';

/** An interaction as the event that replays it. Attributes are left to ingest, which takes them from the catalogue. */
export function eventOfInteraction(interaction: DatasetInteraction): Event {
  const { eventId, userId, sessionId, eventType, itemId, occurredAtMs, eventValue } = interaction;
  return {
    eventId,
    userId,
    sessionId,
    eventType,
    itemId,
    occurredAt: new Date(occurredAtMs),
    attributes: new Map(),
    recommendationId: '',
    impression: [],
    ...(eventValue === undefined ? {} : { eventValue }),
  };
}
