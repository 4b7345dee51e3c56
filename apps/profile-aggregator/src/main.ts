import { createRedisProfileCache, connectRedis } from '@affinity/hot-cache';
import { connectNats, createDeadLetterStore, createStreamLookup, ensureEventStreams } from '@affinity/messaging';
import {
  createDynamoClient,
  createDynamoReaderRegistry,
  createDynamoTombstoneStore,
  DynamoCheckpointStore,
  DynamoTileStore,
  ensureTables,
  sharedErasureHashKey,
  tableNames,
} from '@affinity/profile-storage';
import { resource, runService, type ServiceContext } from '@affinity/service-kit';
import { jetstreamManager } from '@nats-io/jetstream';
import { randomUUID } from 'node:crypto';
import { Aggregator, type ProfileRefresher } from './aggregator';
import { createCacheRefresher, noRefresher } from './cache-refresher';
import { aggregatorSettings, type AggregatorConfig } from './config';
import { StreamJanitor } from './stream-janitor';
import { readerName, type Counted } from './partition-worker';

/** The generation of tiles that is served. */
const generation = 1;

void runService(
  {
    name: readerName,
    version: '0.1.0',
    summary: 'Folds events into daily profiles, each event exactly once in effect.',
    settings: aggregatorSettings,
    process,
  },
  build,
);

async function build(context: ServiceContext<AggregatorConfig>): Promise<void> {
  const { config, logger } = context;
  const connection = await connectNats(config, { name: readerName, logger });
  context.add(resource('nats', () => connection.close()));
  await ensureEventStreams(connection, {
    partitions: config.partitions,
    replicas: config.streamReplicas,
    maxBytes: config.streamMaxBytes,
  });
  const client = createDynamoClient(config);
  context.add(resource('dynamodb', () => client.destroy()));
  const tables = tableNames(config.dynamoTablePrefix);
  await ensureTables(client, tables);
  const region = config.dynamoRegion;
  const reader = `${readerName}/${generation}/${region}`;
  const registry = createDynamoReaderRegistry({ client, table: tables.control });
  await registry.register(reader, config.partitions);
  const manager = await jetstreamManager(connection);
  const lookup = createStreamLookup(manager);
  const aggregator = new Aggregator({
    partitions: config.partitions,
    leaseTtlMs: config.leaseTtlMs,
    streamReplicas: config.streamReplicas,
    refresher: refresher(context),
    worker: {
      region,
      schema: config.schema,
      connection,
      logger,
      instanceId: config.instanceId ?? randomUUID(),
      lookup,
      deadLetters: createDeadLetterStore(connection),
      tiles: new DynamoTileStore({ client, table: tables.tiles, generation, concurrency: config.storeConcurrency }),
      tombstones: createDynamoTombstoneStore({
        client,
        table: tables.control,
        hashKey: config.erasureHashKey?.reveal() ?? (await sharedErasureHashKey(client, tables.control)),
      }),
      checkpoints: new DynamoCheckpointStore({
        client,
        table: tables.control,
        reader,
      }),
      maxDirtyTiles: config.maxDirtyTiles,
      maxAhead: config.maxAhead,
      maxOpenBytes: Math.ceil(config.maxOpenBytes / config.partitions),
      userFlushMs: config.userFlushMs,
      populationFlushMs: config.populationFlushMs,
      idleCheckpointMs: config.idleCheckpointMs,
      onCounted: countMessages(context),
      onFatal: (error) => context.fail(error),
    },
  });
  watchPartitions(context, aggregator);
  context.add(aggregator);
  context.add(
    new StreamJanitor({
      manager,
      lookup,
      registry,
      logger,
      isOnDuty: () => aggregator.worksOn(0),
      everyMs: config.purgeEveryMs,
      keepForMs: config.purgeKeepForMs,
    }),
  );
}

function refresher(context: ServiceContext<AggregatorConfig>): ProfileRefresher {
  const { config, logger } = context;
  const { redisUrl } = config;
  if (redisUrl === undefined) return noRefresher;
  const redis = connectRedis({ ...config, redisUrl }, { logger });
  context.add(resource('redis', () => redis.disconnect()));
  return createCacheRefresher(createRedisProfileCache({ redis, generation }), logger);
}

function countMessages({ metrics }: ServiceContext<AggregatorConfig>) {
  const messages = metrics.counter<'outcome'>({
    name: 'affinity_aggregator_messages_total',
    help: 'Messages of the stream by what became of them',
    labels: ['outcome'],
  });
  return (counts: Counted): void => {
    messages.inc({ outcome: 'counted' }, counts.counted);
    messages.inc({ outcome: 'repeated' }, counts.repeated);
    messages.inc({ outcome: 'erased' }, counts.erased);
    messages.inc({ outcome: 'dead_lettered' }, counts.deadLettered);
  };
}

function watchPartitions({ metrics }: ServiceContext<AggregatorConfig>, aggregator: Aggregator): void {
  metrics.gauge({
    name: 'affinity_aggregator_partitions',
    help: 'Partitions that this replica works on',
    read: () => aggregator.activePartitions,
  });
}
