/** The services of a local system, in the order in which they start: those of one row at the same time. */
export const startOrder = [
  ['feature-store'],
  ['ingest', 'profile-aggregator', 'personalize-local'],
  ['personalize-feed', 'recommender-gateway', 'lake-sink'],
] as const;

/** A service of a local system. */
export type SystemApp = (typeof startOrder)[number][number];

/** All services of a local system. */
export const allApps: readonly SystemApp[] = startOrder.flat();
