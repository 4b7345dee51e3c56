import { openObjectStore } from '@affinity/lake';
import { connectNats, createDeadLetterStore, createStreamLookup, ensureEventStreams } from '@affinity/messaging';
import {
  createDynamoClient,
  createDynamoReaderRegistry,
  DynamoCheckpointStore,
  ensureTables,
  tableNames,
} from '@affinity/profile-storage';
import { resource, runService, systemClock, type ServiceContext } from '@affinity/service-kit';
import { jetstreamManager } from '@nats-io/jetstream';
import { randomUUID } from 'node:crypto';
import { checkLakeSinkSettings, lakeSinkSettings, type LakeSinkConfig } from './config';
import { LakeSink } from './lake-sink';
import { readerName } from './shard-worker';
import { createSinkMeter } from './sink-meter';

void runService(
  {
    name: readerName,
    version: '0.1.0',
    summary: 'Copies the event stream to the lake, each event into exactly one object.',
    settings: lakeSinkSettings,
    checks: [checkLakeSinkSettings],
    process,
  },
  build,
);

async function build(context: ServiceContext<LakeSinkConfig>): Promise<void> {
  const { config, logger, health } = context;
  const { partitions, shards, compression, streamReplicas: replicas, streamMaxBytes: maxBytes } = config;
  const connection = await connectNats(config, { name: readerName, logger });
  context.add(resource('nats', () => connection.close()));
  await ensureEventStreams(connection, { partitions, replicas, maxBytes });
  const client = createDynamoClient(config);
  context.add(resource('dynamodb', () => client.destroy()));
  const tables = tableNames(config.dynamoTablePrefix);
  await ensureTables(client, tables);
  const reader = `${readerName}/${config.lakePrefix}`;
  await createDynamoReaderRegistry({ client, table: tables.control }).register(reader, shards);
  const lake = openObjectStore(config);
  context.add(resource('object store', () => lake.close()));
  const meter = createSinkMeter(context.metrics, () => systemClock.now());
  const sink = new LakeSink({
    leaseTtlMs: config.leaseTtlMs,
    streamReplicas: replicas,
    worker: {
      prefix: config.lakePrefix,
      layout: { partitions, shards, compression },
      objects: lake.store,
      checkpoints: new DynamoCheckpointStore({
        client,
        table: tables.control,
        reader,
      }),
      connection,
      lookup: createStreamLookup(await jetstreamManager(connection)),
      deadLetters: createDeadLetterStore(connection),
      idleCheckpointMs: config.idleCheckpointMs,
      flushBytes: config.flushBytes,
      flushMs: config.flushMs,
      clock: systemClock,
      logger,
      instanceId: config.instanceId ?? randomUUID(),
      onStored: meter.onStored,
      onDeadLetter: meter.onDeadLetter,
      onProblem: (shard, problem) => health.report(`shard ${shard}`, problem),
      onFatal: (error) => context.fail(error),
    },
  });
  meter.watch(sink);
  context.add(sink);
}
