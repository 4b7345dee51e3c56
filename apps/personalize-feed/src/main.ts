import { connectNats, createDeadLetterStore, createStreamLookup, ensureEventStreams } from '@affinity/messaging';
import { PersonalizeEventTracker } from '@affinity/personalize';
import {
  createDynamoClient,
  createDynamoReaderRegistry,
  DynamoCheckpointStore,
  ensureTables,
  tableNames,
} from '@affinity/profile-storage';
import { resource, runService, Semaphore, type ServiceContext } from '@affinity/service-kit';
import { jetstreamManager } from '@nats-io/jetstream';
import { randomUUID } from 'node:crypto';
import { BatchSender, readerName } from './batch-sender';
import { checkUserFeatures, type PersonalizeFeedConfig, personalizeFeedSettings } from './config';
import { createFeedMeter } from './feed-meter';
import { openEntityFeeds, type Tables } from './entities/open-entity-feeds';
import { PersonalizeFeed } from './personalize-feed';
import { SharedQuota } from './shared-quota';

void runService(
  {
    name: readerName,
    version: '0.1.0',
    summary: 'Tells Amazon Personalize what people do.',
    settings: personalizeFeedSettings,
    checks: [checkUserFeatures],
    process,
  },
  build,
);

async function build(context: ServiceContext<PersonalizeFeedConfig>): Promise<void> {
  const { config, logger, metrics, health } = context;
  const { partitions } = config;
  const instanceId = config.instanceId ?? randomUUID();
  const connection = await connectNats(config, { name: readerName, logger });
  context.add(resource('nats', () => connection.close()));
  await ensureEventStreams(connection, {
    partitions,
    replicas: config.streamReplicas,
    maxBytes: config.streamMaxBytes,
  });
  const tracker = new PersonalizeEventTracker(config, config.trackingId);
  context.add(resource('personalize', () => tracker.close()));
  const quota = new SharedQuota({ ratePerSecond: config.callsPerSecond, partitions });
  const meter = createFeedMeter({ metrics, health, nowMs: Date.now });
  const tables = await openTables(context);
  const feed = new PersonalizeFeed({
    partitions,
    leaseTtlMs: config.leaseTtlMs,
    streamReplicas: config.streamReplicas,
    quota,
    nowMs: Date.now,
    feed: {
      connection,
      lookup: createStreamLookup(await jetstreamManager(connection)),
      checkpoints: await openCheckpoints(context, tables),
      sender: new BatchSender({ tracker, quota, deadLetters: createDeadLetterStore(connection), meter }),
      meter,
      slots: new Semaphore({ limit: config.callsInFlight, maxWaiting: partitions * config.roundSize }),
      firstAttributes: config.schema.dimensions.flatMap((dimension) =>
        dimension.kind === 'item' ? [] : dimension.source,
      ),
      roundSize: config.roundSize,
      checkpointMs: config.checkpointMs,
      idleCheckpointMs: config.idleCheckpointMs,
      instanceId,
      logger,
      onFatal: (error) => context.fail(error),
    },
  });
  watchFeed(context, feed);
  context.add(feed);
  openEntityFeeds(context, { tables, connection, instanceId });
}

async function openTables({ config, add }: ServiceContext<PersonalizeFeedConfig>): Promise<Tables> {
  const client = createDynamoClient(config);
  add(resource('dynamodb', () => client.destroy()));
  const names = tableNames(config.dynamoTablePrefix);
  await ensureTables(client, names);
  return { client, names };
}

async function openCheckpoints(
  { config }: ServiceContext<PersonalizeFeedConfig>,
  { client, names }: Tables,
): Promise<DynamoCheckpointStore> {
  const reader = `${readerName}/${config.dynamoRegion}`;
  await createDynamoReaderRegistry({ client, table: names.control }).register(reader, config.partitions);
  return new DynamoCheckpointStore({ client, table: names.control, reader });
}

function watchFeed({ metrics }: ServiceContext<PersonalizeFeedConfig>, feed: PersonalizeFeed): void {
  metrics.gauge({
    name: 'affinity_personalize_feed_partitions',
    help: 'Partitions that this replica feeds',
    read: () => feed.activePartitions,
  });
  metrics.gauge({
    name: 'affinity_personalize_feed_lag_seconds',
    help: 'Age of the oldest event that was read and not yet taken by Personalize',
    read: () => feed.lagMs / 1_000,
  });
}
