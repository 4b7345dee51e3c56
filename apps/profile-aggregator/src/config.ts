import {
  defaulted,
  deploymentSettings,
  dynamoSettings,
  erasureSettings,
  integer,
  natsSettings,
  optional,
  redisSettings,
  serviceSettings,
  text,
  url,
  type ConfigOf,
} from '@affinity/service-kit';

const { redisPassword } = redisSettings;

/** Settings of the profile aggregator. */
export const aggregatorSettings = {
  ...serviceSettings,
  ...deploymentSettings,
  ...erasureSettings,
  ...natsSettings,
  ...dynamoSettings,
  redisUrl: optional({
    env: 'REDIS_URL',
    schema: url('redis', 'rediss'),
    doc: 'Redis server whose cached profiles are kept fresh; without it caches are only as fresh as their revalidation',
  }),
  redisPassword,
  instanceId: optional({
    env: 'INSTANCE_ID',
    schema: text(64),
    doc: 'Name of this replica; unique, random unless told',
  }),
  leaseTtlMs: defaulted({
    env: 'LEASE_TTL_MS',
    schema: integer(1_000, 60_000),
    default: '4000',
    doc: 'Milliseconds after which the partitions of a replica that hangs are taken over',
  }),
  handOverMs: defaulted({
    env: 'HAND_OVER_MS',
    schema: integer(0, 60_000),
    default: '2000',
    doc: 'Milliseconds that a partition may take to save before another replica takes it over; the rest is read again there',
  }),
  maxAhead: defaulted({
    env: 'MAX_AHEAD',
    schema: integer(1, 100_000),
    default: '1000',
    doc: 'Messages of a partition read ahead of counting',
  }),
  maxDirtyTiles: defaulted({
    env: 'MAX_DIRTY_TILES',
    schema: integer(1, 100_000),
    default: '2000',
    doc: 'User tiles of a partition that may wait to be stored before reading stops',
  }),
  maxOpenBytes: defaulted({
    env: 'MAX_OPEN_BYTES',
    schema: integer(1_000_000, 100_000_000_000),
    default: '400000000',
    doc: 'Bytes of tiles kept in memory for their next event, over all partitions, about',
  }),
  userFlushMs: defaulted({
    env: 'USER_FLUSH_MS',
    schema: integer(0, 10_000),
    default: '25',
    doc: 'Milliseconds from the beginning of one write of user tiles to the next at least: more of it saves writes of busy users',
  }),
  populationFlushMs: defaulted({
    env: 'POPULATION_FLUSH_MS',
    schema: integer(50, 600_000),
    default: '3000',
    doc: 'Milliseconds between writes of population tiles and checkpoints',
  }),
  idleCheckpointMs: defaulted({
    env: 'IDLE_CHECKPOINT_MS',
    schema: integer(100, 3_600_000),
    default: '30000',
    doc: 'Milliseconds between looks whether the checkpoint of an idle partition may move on',
  }),
  purgeEveryMs: defaulted({
    env: 'PURGE_EVERY_MS',
    schema: integer(100, 86_400_000),
    default: '60000',
    doc: 'Milliseconds between purges of what every reader has read',
  }),
  purgeKeepForMs: defaulted({
    env: 'PURGE_KEEP_FOR_MS',
    schema: integer(0, Number.MAX_SAFE_INTEGER),
    default: '259200000',
    doc: 'Milliseconds for which messages stay in the stream although every reader has read them',
  }),
  generationPollMs: defaulted({
    env: 'GENERATION_POLL_MS',
    schema: integer(50, 60_000),
    default: '1000',
    doc: 'Milliseconds between looks which generations of tiles are to be fed',
  }),
  storeConcurrency: defaulted({
    env: 'STORE_CONCURRENCY',
    schema: integer(1, 256),
    default: '8',
    doc: 'Batches of writes, and of reads, under way at once',
  }),
};

/** The aggregator's configuration. */
export type AggregatorConfig = ConfigOf<typeof aggregatorSettings>;
