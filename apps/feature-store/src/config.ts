import {
  defaulted,
  deploymentSettings,
  dynamoSettings,
  erasureSettings,
  grpcServerSettings,
  integer,
  natsSettings,
  redisSettings,
  serviceSettings,
  type ConfigOf,
} from '@affinity/service-kit';

/** Settings of the feature store. */
export const featureStoreSettings = {
  ...serviceSettings,
  ...grpcServerSettings('7002'),
  ...deploymentSettings,
  ...erasureSettings,
  ...natsSettings,
  ...dynamoSettings,
  ...redisSettings,
  memoryMaxBytes: defaulted({
    env: 'MEMORY_MAX_BYTES',
    schema: integer(1_000_000, 100_000_000_000),
    default: '256000000',
    doc: 'Bytes of profiles kept in this process, about',
  }),
  memoryRevalidateMs: defaulted({
    env: 'MEMORY_REVALIDATE_MS',
    schema: integer(0, 3_600_000),
    default: '1000',
    doc: 'Milliseconds after which a profile kept in this process is looked up in Redis again',
  }),
  cacheRevalidateMs: defaulted({
    env: 'CACHE_REVALIDATE_MS',
    schema: integer(0, 3_600_000),
    default: '60000',
    doc: 'Milliseconds after which a profile cached in Redis is read from the store again: on average, a quarter sooner or later',
  }),
  answerMemoryMaxBytes: defaulted({
    env: 'ANSWER_MEMORY_MAX_BYTES',
    schema: integer(0, 100_000_000_000),
    default: '64000000',
    doc: 'Bytes of folded profiles kept for the next time that the same is asked of the same tiles; 0 keeps none',
  }),
  populationRefreshMs: defaulted({
    env: 'POPULATION_REFRESH_MS',
    schema: integer(100, 3_600_000),
    default: '10000',
    doc: 'Milliseconds between reads of the population, the prior of all preferences',
  }),
  generationPollMs: defaulted({
    env: 'GENERATION_POLL_MS',
    schema: integer(50, 60_000),
    default: '1000',
    doc: 'Milliseconds between looks which generation of tiles is to be served',
  }),
  storeConcurrency: defaulted({
    env: 'STORE_CONCURRENCY',
    schema: integer(1, 1_000),
    default: '64',
    doc: 'Reads of the durable store under way at once; more wait, within their deadlines',
  }),
};

/** The feature store's configuration. */
export type FeatureStoreConfig = ConfigOf<typeof featureStoreSettings>;
