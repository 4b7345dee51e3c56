/**
 * Limits of Personalize's runtime and events operations; lengths in characters. The AWS client checks none of them.
 * Source: the service's API model (personalize-runtime 2018-05-22, personalize-events 2018-03-22) and "Amazon
 * Personalize endpoints and quotas" in the developer guide.
 */
export const personalizeLimits = {
  idLength: 256,
  eventsPerCall: 10,
  eventTypeLength: 256,
  propertiesLength: 1_024,
  recommendationIdLength: 40,
  impressionItems: 25,
  /** Of one event, encoded as JSON. */
  eventBytes: 10_240,
  entitiesPerCall: 10,
  entityPropertiesLength: { item: 32_000, user: 24_000 },
  results: 500,
  rankedItems: 500,
} as const;

const reserved = new Set(['userid', 'sessionid', 'eventtype', 'timestamp', 'recommendationid', 'impression']);

/** Whether Personalize forbids a key in an event's properties. It ignores case. */
export function isReservedProperty(key: string): boolean {
  return reserved.has(key.toLowerCase());
}
