import { StreamRecord } from '@affinity/contracts';
import { connectNats, createEventPublisher, ensureEventStreams, type EventPublisher } from '@affinity/messaging';
import {
  createDynamoClient,
  DynamoTileStore,
  ensureTables,
  tableNames,
  type StoredTile,
} from '@affinity/profile-storage';
import { silentLogger } from '@affinity/service-kit';
import {
  serviceEnvironment,
  startBackingStack,
  startServiceProcess,
  uniqueName,
  type BackingStack,
  type ServiceProcess,
} from '@affinity/testing';
import type { NatsConnection } from '@nats-io/transport-node';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const schemaYaml = `
version: test
event_types: { view: 1, park: 5, unpark: -5 }
allowed_lateness_days: 30
dimensions:
  - { name: colour, kind: categorical }
  - { name: price, kind: numeric }
  - { name: price_range, kind: range, source: price, edges: [1000, 5000, 20000] }
`;

/** Partitions of the streams in these tests: few, so that each is busy. */
export const partitions = 8;

/** One interaction of these tests. */
export interface TestEvent {
  readonly eventId: string;
  readonly userId: string;
  readonly eventType: string;
  readonly itemId: string;
  readonly occurredAt: Date;
  readonly colour: string;
  readonly price: number;
}

/** Real servers with the aggregator's streams and tables, and the way to publish, run and look. */
export interface AggregatorFixture {
  readonly stack: BackingStack<'nats' | 'redis' | 'dynamodb'>;
  readonly connection: NatsConnection;
  readonly publisher: EventPublisher;
  readonly env: Readonly<Record<string, string>>;
  publish(event: TestEvent): Promise<void>;
  startAggregator(over?: Readonly<Record<string, string>>): Promise<ServiceProcess>;
  storedTiles(): Promise<StoredTile[]>;
  close(): Promise<void>;
}

/** Starts a fixture; with `ownDynamo` its DynamoDB may be stopped and paused. */
export async function startAggregatorFixture({ ownDynamo = false } = {}): Promise<AggregatorFixture> {
  const shared = ownDynamo ? [] : (['dynamodb'] as const);
  const stack = await startBackingStack({ services: ['nats', 'redis', 'dynamodb'], shared });
  const folder = await mkdtemp(join(tmpdir(), 'affinity-aggregator-'));
  const schemaFile = join(folder, 'schema.yaml');
  await writeFile(schemaFile, schemaYaml);
  const { nats, dynamodb } = stack.addresses;
  const tablePrefix = `${uniqueName('t')}-`;
  const env = serviceEnvironment(stack.addresses, { schemaFile, tablePrefix, partitions });
  Object.assign(process.env, {
    AWS_ACCESS_KEY_ID: dynamodb.accessKeyId,
    AWS_SECRET_ACCESS_KEY: dynamodb.secretAccessKey,
  });
  const connection = await connectNats({ natsUrls: [nats.url] }, { name: 'test', logger: silentLogger() });
  await ensureEventStreams(connection, { partitions, replicas: 1, maxBytes: -1 });
  const publisher = createEventPublisher({ connection, partitions, attempts: 20 });
  const client = createDynamoClient({
    dynamoEndpoint: dynamodb.endpoint,
    dynamoRegion: dynamodb.region,
    dynamoTablePrefix: tablePrefix,
  });
  const tables = tableNames(tablePrefix);
  await ensureTables(client, tables);
  const store = new DynamoTileStore({ client, table: tables.tiles, generation: 1 });
  return {
    stack,
    connection,
    publisher,
    env,
    publish: (event) => publish(publisher, event),
    startAggregator: (over = {}) => startServiceProcess({ app: 'profile-aggregator', env: { ...env, ...over } }),
    storedTiles: async () => {
      const tiles: StoredTile[] = [];
      for await (const tile of store.scan()) tiles.push(tile);
      return tiles;
    },
    close: async () => {
      await connection.close();
      client.destroy();
      await stack.stop();
      await rm(folder, { recursive: true });
    },
  };
}

async function publish(publisher: EventPublisher, event: TestEvent): Promise<void> {
  const { eventId, userId, eventType, itemId, occurredAt, colour, price } = event;
  const attributes = new Map([
    ['colour', { kind: { $case: 'stringValue' as const, value: colour } }],
    ['price', { kind: { $case: 'numberValue' as const, value: price } }],
  ]);
  const message = {
    eventId,
    userId,
    sessionId: '',
    eventType,
    itemId,
    occurredAt,
    attributes,
    recommendationId: '',
    impression: [],
  };
  const record = { event: message, receivedAt: new Date(), unknownItem: false };
  const body = StreamRecord.encode({ record: { $case: 'event', value: record } }).finish();
  await publisher.publish({ profileKey: userId, eventId, eventType, body });
}
