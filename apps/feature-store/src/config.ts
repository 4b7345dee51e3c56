import {
  defaulted,
  deploymentSettings,
  dynamoSettings,
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
  ...natsSettings,
  ...dynamoSettings,
  ...redisSettings,
  cacheRevalidateMs: defaulted({
    env: 'CACHE_REVALIDATE_MS',
    schema: integer(0, 3_600_000),
    default: '60000',
    doc: 'Milliseconds after which a profile cached in Redis is read from the store again',
  }),
  populationRefreshMs: defaulted({
    env: 'POPULATION_REFRESH_MS',
    schema: integer(100, 3_600_000),
    default: '10000',
    doc: 'Milliseconds between reads of the population, the prior of all preferences',
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
