import { Event, toAttributes, type ProfileRef } from '@affinity/contracts';
import type { AttributeValue } from '@affinity/domain';
import type { Assignment } from '../experiments/arms';

/** What a visitor was shown. */
export interface Impression {
  readonly visitor: ProfileRef;
  readonly recommendationId: string;
  /** Best first; at least one. */
  readonly itemIds: readonly string[];
  readonly assignment: Assignment | undefined;
  readonly degraded: boolean;
  readonly shownAt: Date;
}

/** Names of the attributes that say how the shown answer came about. */
export const impressionAttributes = {
  experiment: 'recommendation_experiment',
  variant: 'recommendation_variant',
  degraded: 'recommendation_degraded',
} as const;

/** The most items that one event may show, see affinity.events.v1.Event. */
const itemsPerEvent = 25;

/**
 * The events of an impression: one for each 25 items, with the recommendation id that clicks carry back, and the
 * experiment and variant as attributes. `key` tells this impression from all others, so that a repeat is stored once.
 */
export function impressionEvents(
  impression: Impression,
  { eventType, key }: { readonly eventType: string; readonly key: string },
): Event[] {
  const { visitor, itemIds, recommendationId, shownAt } = impression;
  const attributes = toAttributes(attributesOf(impression));
  const who =
    visitor.key?.$case === 'sessionId' ? { sessionId: visitor.key.value } : { userId: visitor.key?.value ?? '' };
  const count = Math.ceil(itemIds.length / itemsPerEvent);
  return Array.from({ length: count }, (_, i) =>
    Event.fromPartial({
      ...who,
      eventId: `impression/${key}/${i}`,
      eventType,
      occurredAt: shownAt,
      attributes,
      recommendationId,
      impression: itemIds.slice(i * itemsPerEvent, (i + 1) * itemsPerEvent),
    }),
  );
}

function attributesOf({ assignment, degraded }: Impression): ReadonlyMap<string, AttributeValue> {
  const names = impressionAttributes;
  const attributes = new Map<string, AttributeValue>([[names.degraded, degraded]]);
  if (assignment === undefined) return attributes;
  return attributes.set(names.experiment, assignment.experiment).set(names.variant, assignment.variant);
}
