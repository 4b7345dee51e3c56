import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { eventsStream, IngestServiceClient, Item, StreamRecord, type RecordedEvent } from '@affinity/contracts';
import { createDynamoClient, createDynamoItemStore, ensureTables, tableNames } from '@affinity/profile-storage';
import { createGrpcClient, type GrpcClient } from '@affinity/service-kit';
import {
  startBackingStack,
  startServiceProcess,
  uniqueName,
  type BackingStack,
  type ServiceProcess,
} from '@affinity/testing';

/** A running ingest with the servers behind it. */
export interface IngestSystem {
  readonly stack: BackingStack<'nats' | 'dynamodb'>;
  readonly service: ServiceProcess;
  readonly client: GrpcClient<typeof IngestServiceClient.service>;
  /** Of the gRPC server. */
  readonly address: string;
  putItems(items: readonly Item[]): Promise<void>;
  /** How many messages the event stream holds. */
  storedCount(): Promise<number>;
  /** What the event stream holds, in its order. */
  storedEvents(): Promise<readonly RecordedEvent[]>;
  stop(): Promise<void>;
}

/** The schema of these tests. */
export const schemaText = `
version: "1"
event_types: { view: 1, park: 5, search: { weight: 0, requires_item: false } }
dimensions:
  - { name: colour, kind: categorical }
  - { name: price, kind: numeric }
allowed_lateness_days: 7
allowed_skew_seconds: 300
`;

/** What a test needs of its own. */
export interface IngestSystemOptions {
  /** Whether its DynamoDB may be stopped and paused. Default: false. */
  readonly ownDynamo?: boolean;
}

/** Starts real servers and the service's own process. `env` adds settings. */
export async function startIngestSystem(
  env: Readonly<Record<string, string>> = {},
  { ownDynamo = false }: IngestSystemOptions = {},
): Promise<IngestSystem> {
  const folder = await mkdtemp(join(tmpdir(), 'affinity-ingest-'));
  const schemaFile = join(folder, 'schema.yaml');
  await writeFile(schemaFile, schemaText);
  const stack = await startBackingStack({ services: ['nats', 'dynamodb'], shared: ownDynamo ? [] : ['dynamodb'] });
  const { nats, dynamodb } = stack.addresses;
  const tablePrefix = `${uniqueName('t')}-`;
  const items = await openItems(dynamodb, tablePrefix);
  const service = await startServiceProcess({
    app: 'ingest',
    env: {
      AFFINITY_SCHEMA_FILE: schemaFile,
      AFFINITY_GRPC_PORT: '0',
      AFFINITY_METRICS_PORT: '0',
      AFFINITY_NATS_URLS: nats.url,
      AFFINITY_DYNAMO_ENDPOINT: dynamodb.endpoint,
      AFFINITY_DYNAMO_REGION: dynamodb.region,
      AFFINITY_DYNAMO_TABLE_PREFIX: tablePrefix,
      AWS_ACCESS_KEY_ID: dynamodb.accessKeyId,
      AWS_SECRET_ACCESS_KEY: dynamodb.secretAccessKey,
      ...env,
    },
  });
  const address = `127.0.0.1:${service.port('grpcPort')}`;
  const client = createGrpcClient(IngestServiceClient, { address, defaultDeadlineMs: 20_000 });
  const connection = await connect({ servers: nats.url, maxReconnectAttempts: -1, reconnectTimeWait: 100 });
  const manager = await jetstreamManager(connection);
  return {
    stack,
    service,
    client,
    address,
    putItems: (some) => items.store.putItems(some),
    storedCount: async () => (await manager.streams.info(eventsStream)).state.messages,
    storedEvents: () => readStream(manager),
    stop: async () => {
      client.close();
      await connection.close();
      items.client.destroy();
      await service.stop();
      await stack.stop();
      await rm(folder, { recursive: true });
    },
  };
}

async function openItems(dynamodb: BackingStack<'dynamodb'>['addresses']['dynamodb'], tablePrefix: string) {
  // The driver takes credentials from the environment of the process, as it does in production.
  process.env['AWS_ACCESS_KEY_ID'] = dynamodb.accessKeyId;
  process.env['AWS_SECRET_ACCESS_KEY'] = dynamodb.secretAccessKey;
  const client = createDynamoClient({
    dynamoEndpoint: dynamodb.endpoint,
    dynamoRegion: dynamodb.region,
    dynamoTablePrefix: tablePrefix,
  });
  const tables = tableNames(tablePrefix);
  await ensureTables(client, tables);
  return { client, store: createDynamoItemStore({ client, table: tables.items }) };
}

async function readStream(manager: JetStreamManager): Promise<readonly RecordedEvent[]> {
  const { state } = await manager.streams.info(eventsStream);
  const events: RecordedEvent[] = [];
  for (let seq = state.first_seq; seq <= state.last_seq && state.messages > 0; seq += 1) {
    const message = await manager.streams.getMessage(eventsStream, { seq });
    const record = message === null ? undefined : StreamRecord.decode(message.data).record;
    if (record?.$case === 'event') events.push(record.value);
  }
  return events;
}

/** An item whose only attribute is its colour. */
export function itemOf(itemId: string, colour: string): Item {
  return Item.fromPartial({
    itemId,
    attributes: new Map([['colour', { kind: { $case: 'stringValue', value: colour } }]]),
  });
}
