import type { Dataset } from '@affinity/datasets';
import { type Interaction, type ModelEvent, profileKeyOf, type Schema } from '@affinity/domain';
import { type Catalogue, readCatalogue } from './catalogue';

/** What is evaluated on, all in memory: some hundred bytes an event. */
export interface EvaluationData {
  readonly schema: Schema;
  readonly catalogue: Catalogue;
  /** In the order of time. */
  readonly events: readonly ReplayedEvent[];
}

/** An event as it is counted in profiles and as the model learns from it. */
export interface ReplayedEvent {
  readonly itemId: string;
  readonly interaction: Interaction;
  readonly modelEvent: ModelEvent;
}

/** The event of an interaction that speaks for an item: the schema gives its type a weight above 0. Else undefined. */
export function replayedEvent(interaction: Interaction, { eventTypes }: Schema): ReplayedEvent | undefined {
  const { itemId, profileKey, eventType, occurredAtMs } = interaction;
  if (itemId === undefined || (eventTypes.get(eventType)?.weight ?? 0) <= 0) return undefined;
  // Visitors are told apart by profile here: what an anonymous session did stays its own, as in profiles.
  const modelEvent = { userId: profileKey, sessionId: profileKey, itemId, atMs: occurredAtMs };
  return { itemId, interaction, modelEvent };
}

/** Events by when they happened; those of the same instant in the order given. */
export function inOrderOfTime(events: readonly ReplayedEvent[]): readonly ReplayedEvent[] {
  return events.toSorted((left, right) => left.interaction.occurredAtMs - right.interaction.occurredAtMs);
}

/** Reads a data set folder. Throws DatasetError. */
export async function readFolderData(dataset: Dataset): Promise<EvaluationData> {
  const { schema } = dataset;
  const catalogue = await readCatalogue(dataset);
  const events: ReplayedEvent[] = [];
  for await (const { eventId, userId, sessionId, eventType, itemId, occurredAtMs } of dataset.interactions()) {
    const profileKey = profileKeyOf({ userId, sessionId }) ?? '';
    const attributes = catalogue.get(itemId) ?? new Map();
    const times = { occurredAtMs, receivedAtMs: occurredAtMs };
    const event = replayedEvent({ eventId, profileKey, eventType, itemId, ...times, attributes }, schema);
    if (event !== undefined) events.push(event);
  }
  return { schema, catalogue, events: inOrderOfTime(events) };
}
