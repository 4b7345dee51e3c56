/** Limits of one event, as affinity.events.v1.Event documents them. */
export const eventLimits = {
  eventIdCharacters: 128,
  idCharacters: 256,
  recommendationIdCharacters: 40,
  impressionItems: 25,
  attributes: 128,
  listValues: 64,
  textBytes: 256,
  /** The whole event, encoded. */
  encodedBytes: 65_536,
} as const;

/** Limits of one PublishEvents call, as affinity.events.v1.IngestService documents them. */
export const callLimits = { events: 500, encodedBytes: 1_048_576 } as const;
