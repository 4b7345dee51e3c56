import { CreateBucketCommand } from '@aws-sdk/client-s3';
import { StreamRecord } from '@affinity/contracts';
import {
  createS3Client,
  fromMetadata,
  LocalObjectStore,
  S3ObjectStore,
  type ObjectStore,
  type RangeFacts,
} from '@affinity/lake';
import { connectNats, createEventPublisher, ensureEventStreams } from '@affinity/messaging';
import type { Mark } from '@affinity/domain';
import { createDynamoClient, DynamoCheckpointStore, tableNames } from '@affinity/profile-storage';
import { silentLogger } from '@affinity/service-kit';
import {
  startBackingStack,
  startHttpFaultProxy,
  startServiceProcess,
  uniqueName,
  type BackingStack,
  type HttpFaultProxy,
  type ServiceProcess,
} from '@affinity/testing';
import { jetstream } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** Partitions and shards of these tests. */
export const partitions = 8;
export const shards = 4;

const eventsPrefix = 'upstream/crm/dashboard_interaction/dt=';

type Environment = Readonly<Record<string, string>>;

/** An object of the lake, read back. */
export interface LakeObject extends RangeFacts {
  readonly key: string;
  readonly shard: number;
  readonly lines: readonly LakeLine[];
}

/** What these tests look at in a line. */
export interface LakeLine {
  readonly kind: string;
  readonly event_id: string;
  readonly partition: number;
  readonly sequence: number;
}

/** Real servers, a way to publish, to run the sink and to look into the lake. */
export interface LakeSinkFixture {
  readonly stack: BackingStack<'nats' | 'dynamodb' | 'objectStore'>;
  readonly connection: NatsConnection;
  readonly proxy: HttpFaultProxy;
  /** Settings that write to the bucket through the proxy; the bucket does not exist before `makeBucket`. */
  readonly env: Environment;
  /** Where `file:` destinations of these tests go. */
  readonly folder: string;
  makeBucket(): Promise<void>;
  /** Starts the object store again, with another account's secret while it is to refuse all that the sink sends. */
  refuseAccount(refused: boolean): Promise<void>;
  /** Publishes events `<name>0` to `<name><count - 1>` over all partitions; resolves when all are stored. */
  publish(count: number, name?: string): Promise<readonly string[]>;
  /** Publishes events of one visitor; resolves when all are stored. */
  publishOf(userId: string, count: number): Promise<readonly string[]>;
  /** The checkpoint of each shard. */
  checkpoints(): Promise<readonly (Mark | undefined)[]>;
  /** Publishes a message that is no record. */
  publishNoise(partition: number): Promise<void>;
  startSink(over?: Environment): Promise<ServiceProcess>;
  /** Every object of the lake, checked for its digest and count. */
  objects(store?: ObjectStore): Promise<LakeObject[]>;
  /** Event ids in all objects of the lake, one for each line. */
  eventIds(store?: ObjectStore): Promise<string[]>;
  /** How many different event ids the bucket has; what was read before is not read again. For waiting. */
  countEventIds(): Promise<number>;
  close(): Promise<void>;
}

/** Starts a fixture of its own servers. */
export async function startLakeSinkFixture(): Promise<LakeSinkFixture> {
  const stack = await startBackingStack({ services: ['nats', 'dynamodb', 'objectStore'], shared: ['dynamodb'] });
  const { nats, dynamodb, objectStore } = stack.addresses;
  const { hostname: host, port } = new URL(objectStore.endpoint);
  const proxy = await startHttpFaultProxy({ target: { host, port: Number(port) } });
  const bucket = uniqueName('lake');
  const tablePrefix = `${uniqueName('t')}-`;
  const folder = await mkdtemp(join(tmpdir(), 'affinity-lake-sink-'));
  const env = {
    AFFINITY_PARTITIONS: String(partitions),
    AFFINITY_LAKE_SHARDS: String(shards),
    AFFINITY_NATS_URLS: nats.url,
    AFFINITY_DYNAMO_ENDPOINT: dynamodb.endpoint,
    AFFINITY_DYNAMO_REGION: dynamodb.region,
    AFFINITY_DYNAMO_TABLE_PREFIX: tablePrefix,
    AFFINITY_LAKE_DESTINATION: `s3://${bucket}`,
    AFFINITY_LAKE_S3_ENDPOINT: proxy.endpoint,
    AFFINITY_LAKE_S3_REGION: objectStore.region,
    AFFINITY_LAKE_S3_PATH_STYLE: 'true',
    AFFINITY_LAKE_FLUSH_BYTES: '20000',
    AFFINITY_LAKE_FLUSH_MS: '200',
    AFFINITY_LEASE_TTL_MS: '1000',
    AFFINITY_METRICS_PORT: '0',
    AWS_ACCESS_KEY_ID: objectStore.accessKeyId,
    AWS_SECRET_ACCESS_KEY: objectStore.secretAccessKey,
  };
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = env;
  Object.assign(process.env, { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY });
  const client = createS3Client({ endpoint: objectStore.endpoint, region: objectStore.region, pathStyle: true });
  const lake = new S3ObjectStore(client, bucket);
  const dynamo = createDynamoClient({
    dynamoEndpoint: dynamodb.endpoint,
    dynamoRegion: dynamodb.region,
    dynamoTablePrefix: tablePrefix,
  });
  const reader = 'lake-sink/crm/dashboard_interaction';
  const checkpoints = new DynamoCheckpointStore({ client: dynamo, table: tableNames(tablePrefix).control, reader });
  const connection = await connectNats({ natsUrls: [nats.url] }, { name: 'test', logger: silentLogger() });
  await ensureEventStreams(connection, { partitions, replicas: 1, maxBytes: -1 });
  const met = { keys: new Set<string>(), eventIds: new Set<string>() };
  return {
    stack,
    connection,
    proxy,
    env,
    folder,
    makeBucket: async () => {
      await client.send(new CreateBucketCommand({ Bucket: bucket }));
    },
    refuseAccount: async (refused) => {
      const secret = refused ? 'the-secret-of-another-account' : objectStore.secretAccessKey;
      await writeFile(join(dirname(objectStore.root), 'secret-key'), secret);
      await stack.services.objectStore.restart();
    },
    publish: (count, name = 'e') => publishEvents(connection, count, name),
    publishOf: async (userId, count) => {
      const ids = Array.from({ length: count }, (_, i) => `${userId}-${i}`);
      const publisher = createEventPublisher({ connection, partitions, attempts: 20 });
      for (const id of ids) await publisher.publish(messageOf(id, userId));
      return ids;
    },
    checkpoints: async () => {
      const stored = Array.from({ length: shards }, (_, shard) => checkpoints.read(shard));
      return (await Promise.all(stored)).map((checkpoint) => checkpoint?.mark);
    },
    publishNoise: async (partition) => {
      await jetstream(connection).publish(`events.${partition}.view`, Buffer.from([0xff, 0xff, 0xff]));
    },
    startSink: (over = {}) => startServiceProcess({ app: 'lake-sink', env: { ...env, ...over } }),
    objects: (store = lake) => readObjects(store),
    eventIds: async (store = lake) =>
      (await readObjects(store)).flatMap(({ lines }) => lines.map((line) => line.event_id)),
    countEventIds: async () => {
      for await (const { key } of lake.list(eventsPrefix)) {
        if (met.keys.has(key)) continue;
        for (const { event_id } of (await readObject(lake, key)).lines) met.eventIds.add(event_id);
        met.keys.add(key);
      }
      return met.eventIds.size;
    },
    close: async () => {
      await connection.close();
      client.destroy();
      dynamo.destroy();
      await proxy.stop();
      await stack.stop();
      await rm(folder, { recursive: true });
    },
  };
}

/** A store on a folder that a sink wrote to. */
export function folderStore(folder: string): ObjectStore {
  return new LocalObjectStore(folder);
}

async function publishEvents(connection: NatsConnection, count: number, name: string): Promise<readonly string[]> {
  const publisher = createEventPublisher({ connection, partitions, attempts: 20 });
  const ids = Array.from({ length: count }, (_, i) => `${name}${i}`);
  const queue = [...ids].reverse();
  const publishRest = async (): Promise<void> => {
    for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
      await publisher.publish(messageOf(id, userOf(id)));
    }
  };
  await Promise.all(Array.from({ length: 64 }, publishRest));
  return ids;
}

function messageOf(eventId: string, userId: string) {
  const value = recordedEvent(eventId, userId);
  const body = StreamRecord.encode({ record: { $case: 'event', value } }).finish();
  return { profileKey: userId, eventId, eventType: 'view', body };
}

function userOf(eventId: string): string {
  return `u${createHash('sha256').update(eventId).digest().readUInt16LE(0) % 997}`;
}

function recordedEvent(eventId: string, userId: string) {
  const event = {
    eventId,
    userId,
    sessionId: '',
    eventType: 'view',
    itemId: 'i1',
    occurredAt: new Date(),
    attributes: new Map(),
    recommendationId: '',
    impression: [],
  };
  return { event, receivedAt: new Date(), unknownItem: false };
}

async function readObjects(store: ObjectStore): Promise<LakeObject[]> {
  const found: LakeObject[] = [];
  for await (const { key } of store.list(eventsPrefix)) found.push(await readObject(store, key));
  return found;
}

async function readObject(store: ObjectStore, key: string): Promise<LakeObject> {
  const { body, metadata } = (await store.get(key))!;
  const text = key.endsWith('.gz') ? gunzipSync(body) : Buffer.from(body);
  const facts = fromMetadata(key, metadata);
  const lines = text.toString().split('\n');
  if (lines.pop() !== '') throw new Error(`${key} does not end with a line break`);
  if (lines.length !== facts.count)
    throw new Error(`${key} has ${lines.length} lines, its metadata says ${facts.count}`);
  const digest = createHash('sha256').update(text).digest('hex');
  if (digest !== facts.sha256) throw new Error(`${key} does not have the digest that its metadata says`);
  const shard = Number(/\/(\d+)-[^/]+$/.exec(key)?.[1]);
  return { ...facts, key, shard, lines: lines.map((line) => JSON.parse(line) as LakeLine) };
}
