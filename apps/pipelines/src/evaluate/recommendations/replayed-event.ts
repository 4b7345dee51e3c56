import type { Dataset } from '@affinity/datasets';
import { type Interaction, type ModelEvent, profileKeyOf } from '@affinity/domain';
import type { Catalogue } from './catalogue';

/** An event of a data set as it is counted in profiles and as the model learns from it. */
export interface ReplayedEvent {
  readonly itemId: string;
  readonly interaction: Interaction;
  readonly modelEvent: ModelEvent;
}

/**
 * The events of a data set that speak for an item (the schema gives their type a weight above 0), in the order of time; events
 * of the same instant in the order of the file. All in memory: some hundred bytes each.
 */
export async function readEvents(dataset: Dataset, catalogue: Catalogue): Promise<readonly ReplayedEvent[]> {
  const events: ReplayedEvent[] = [];
  for await (const { eventId, userId, sessionId, eventType, itemId, occurredAtMs } of dataset.interactions()) {
    if ((dataset.schema.eventTypes.get(eventType)?.weight ?? 0) <= 0) continue;
    const profileKey = profileKeyOf({ userId, sessionId }) ?? '';
    const attributes = catalogue.get(itemId) ?? new Map();
    events.push({
      itemId,
      interaction: { eventId, profileKey, eventType, itemId, occurredAtMs, receivedAtMs: occurredAtMs, attributes },
      // Visitors are told apart by profile here: what an anonymous session did stays its own, as in profiles.
      modelEvent: { userId: profileKey, sessionId: profileKey, itemId, atMs: occurredAtMs },
    });
  }
  return events.sort((left, right) => left.interaction.occurredAtMs - right.interaction.occurredAtMs);
}
