import { createRedisProfileCache, connectRedis } from '@affinity/hot-cache';
import { connectNats, createDeadLetterStore, createStreamLookup, ensureEventStreams } from '@affinity/messaging';
import {
  aggregatorReader,
  createDynamoClient,
  createDynamoGenerationStore,
  createDynamoReaderRegistry,
  createDynamoTombstoneStore,
  DynamoCheckpointStore,
  DynamoTileStore,
  ensureTables,
  GenerationWatcher,
  schemaOfGeneration,
  sharedErasureHashKey,
  tableNames,
  type GenerationSet,
} from '@affinity/profile-storage';
import { resource, runService, type ServiceContext } from '@affinity/service-kit';
import { jetstreamManager } from '@nats-io/jetstream';
import { randomUUID } from 'node:crypto';
import { Aggregator } from './aggregator';
import { createCacheRefresher, noRefresher } from './cache-refresher';
import { aggregatorSettings, type AggregatorConfig } from './config';
import { GenerationFeed, type ProfileRefresher } from './generation-feed';
import { StreamJanitor } from './stream-janitor';
import { readerName, type Counted } from './partition-worker';

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
  const registry = createDynamoReaderRegistry({ client, table: tables.control });
  const manager = await jetstreamManager(connection);
  const lookup = createStreamLookup(manager);
  const instanceId = config.instanceId ?? randomUUID();
  const generations = createDynamoGenerationStore({ client, table: tables.control });
  let known = await generations.read();
  for (const generation of fedBy(known))
    await registry.register(aggregatorReader(generation, region), config.partitions);
  const shared = {
    region,
    connection,
    logger,
    instanceId,
    lookup,
    deadLetters: createDeadLetterStore(connection),
    tombstones: createDynamoTombstoneStore({
      client,
      table: tables.control,
      hashKey: config.erasureHashKey?.reveal() ?? (await sharedErasureHashKey(client, tables.control)),
    }),
    maxDirtyTiles: config.maxDirtyTiles,
    handOverMs: config.handOverMs,
    maxAhead: config.maxAhead,
    maxOpenBytes: Math.ceil(config.maxOpenBytes / config.partitions),
    userFlushMs: config.userFlushMs,
    populationFlushMs: config.populationFlushMs,
    idleCheckpointMs: config.idleCheckpointMs,
  };
  const refresherOf = refreshers(context);
  const counter = countMessages(context);
  const openFeed = (generation: number): GenerationFeed =>
    new GenerationFeed({
      generation,
      refresher: refresherOf(generation),
      worker: {
        ...shared,
        schema: schemaOfGeneration(known, generation, config.schema),
        tiles: new DynamoTileStore({ client, table: tables.tiles, generation, concurrency: config.storeConcurrency }),
        checkpoints: new DynamoCheckpointStore({
          client,
          table: tables.control,
          reader: aggregatorReader(generation, region),
        }),
        onCounted: counter(generation),
        onFatal: (error) => {
          // What does not serve must not take down what does; it stays behind, and is never switched to.
          if (generation === known.serving) context.fail(error);
          else logger.error({ err: error, generation }, 'a generation that is not served cannot be fed any more');
        },
      },
    });
  const { partitions, leaseTtlMs, streamReplicas } = config;
  const aggregator = new Aggregator({
    connection,
    logger,
    instanceId,
    partitions,
    leaseTtlMs,
    streamReplicas,
    openFeed,
  });
  await aggregator.follow(fedBy(known));
  const onChange = (set: GenerationSet): Promise<void> => {
    known = set;
    logger.info({ generations: fedBy(set) }, 'feeding these generations');
    return aggregator.follow(fedBy(set));
  };
  watchPartitions(context, aggregator);
  context.add(aggregator);
  context.add(new GenerationWatcher({ store: generations, logger, known, everyMs: config.generationPollMs, onChange }));
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

function fedBy({ open }: GenerationSet): readonly number[] {
  return open.filter(({ state }) => state === 'fed').map(({ number }) => number);
}

function refreshers(context: ServiceContext<AggregatorConfig>): (generation: number) => ProfileRefresher {
  const { config, logger } = context;
  const { redisUrl } = config;
  if (redisUrl === undefined) return () => noRefresher;
  const redis = connectRedis({ ...config, redisUrl }, { logger });
  context.add(resource('redis', () => redis.disconnect()));
  return (generation) => createCacheRefresher(createRedisProfileCache({ redis, generation }), logger);
}

function countMessages({
  metrics,
}: ServiceContext<AggregatorConfig>): (generation: number) => (counts: Counted) => void {
  const messages = metrics.counter<'outcome' | 'generation'>({
    name: 'affinity_aggregator_messages_total',
    help: 'Messages of the stream by what became of them in each generation of tiles',
    labels: ['outcome', 'generation'],
  });
  return (number) => {
    const generation = String(number);
    return (counts) => {
      messages.inc({ outcome: 'counted', generation }, counts.counted);
      messages.inc({ outcome: 'repeated', generation }, counts.repeated);
      messages.inc({ outcome: 'erased', generation }, counts.erased);
      messages.inc({ outcome: 'dead_lettered', generation }, counts.deadLettered);
    };
  };
}

function watchPartitions({ metrics }: ServiceContext<AggregatorConfig>, aggregator: Aggregator): void {
  metrics.gauge({
    name: 'affinity_aggregator_partitions',
    help: 'Partitions that this replica works on',
    read: () => aggregator.activePartitions,
  });
  metrics.gauge<'generation'>({
    name: 'affinity_aggregator_lag_events',
    help: 'Events not counted yet in the partitions that this replica works on, by generation of tiles',
    labels: ['generation'],
    read: () =>
      [...aggregator.lag].map(([generation, value]) => ({ labels: { generation: String(generation) }, value })),
  });
}
