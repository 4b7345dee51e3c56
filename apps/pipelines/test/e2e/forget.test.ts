import { IngestServiceClient, toAttributes, type Event } from '@affinity/contracts';
import { createDeadLetterStore, connectNats } from '@affinity/messaging';
import { createGrpcClient, silentLogger } from '@affinity/service-kit';
import {
  serviceEnvironment,
  startBackingStack,
  startServiceProcess,
  until,
  type ServiceProcess,
} from '@affinity/testing';
import { CreateBucketCommand } from '@aws-sdk/client-s3';
import { createS3Client, S3ObjectStore } from '@affinity/lake';
import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { createDynamoClient, tableNames } from '@affinity/profile-storage';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runAffinity } from '../run-affinity';

const person = 'person-to-forget-4711';
const bucket = 'forget-lake';
const tablePrefix = 'forget-';
const today = (): string => new Date().toISOString().slice(0, 10);

const schemaText = `
version: "1"
event_types: { view: 1, park: 5 }
dimensions:
  - { name: colour, kind: categorical }
`;

interface System {
  readonly folder: string;
  readonly lake: S3ObjectStore;
  publish(events: readonly Event[]): Promise<void>;
  putDeadLetter(): Promise<void>;
  /** Runs a command; gives what it printed. */
  affinity(...args: string[]): Promise<string>;
  /** Names of the files, tables and objects that hold a text. */
  grep(text: string): Promise<readonly string[]>;
  stop(): Promise<void>;
}

async function startSystem(): Promise<System> {
  const folder = await mkdtemp(join(tmpdir(), 'affinity-forget-'));
  const stack = await startBackingStack({
    services: ['nats', 'redis', 'dynamodb', 'objectStore'],
    dataDir: join(folder, 'data'),
  });
  const { addresses } = stack;
  const schemaFile = join(folder, 'schema.yaml');
  await writeFile(schemaFile, schemaText);
  const common = serviceEnvironment(
    { nats: addresses.nats, dynamodb: addresses.dynamodb },
    { schemaFile, tablePrefix, partitions: 4 },
  );
  const redis = { AFFINITY_REDIS_URL: addresses.redis.url };
  const lakeSettings = {
    AFFINITY_LAKE_DESTINATION: `s3://${bucket}`,
    AFFINITY_LAKE_S3_ENDPOINT: addresses.objectStore.endpoint,
    AFFINITY_LAKE_S3_REGION: addresses.objectStore.region,
    AFFINITY_LAKE_S3_PATH_STYLE: 'true',
  };
  const credentials = {
    AWS_ACCESS_KEY_ID: addresses.objectStore.accessKeyId,
    AWS_SECRET_ACCESS_KEY: addresses.objectStore.secretAccessKey,
  };
  Object.assign(process.env, credentials);
  const s3 = createS3Client({
    endpoint: addresses.objectStore.endpoint,
    region: addresses.objectStore.region,
    pathStyle: true,
  });
  await s3.send(new CreateBucketCommand({ Bucket: bucket }));
  const running: ServiceProcess[] = [];
  const start = async (app: string, env: Readonly<Record<string, string>>): Promise<ServiceProcess> => {
    const started = await startServiceProcess({ app, env, readyTimeoutMs: 90_000 });
    running.push(started);
    return started;
  };
  const ingest = await start('ingest', { ...common, AFFINITY_GRPC_PORT: '0' });
  await start('profile-aggregator', { ...common, ...redis });
  const featureStore = await start('feature-store', { ...common, ...redis, AFFINITY_GRPC_PORT: '0' });
  await start('lake-sink', {
    ...without(common, 'AFFINITY_SCHEMA_FILE'),
    ...credentials,
    ...lakeSettings,
    AFFINITY_LAKE_SHARDS: '2',
    AFFINITY_LAKE_FLUSH_MS: '300',
  });
  const personalize = await start('personalize-local', {
    ...credentials,
    AFFINITY_HTTP_PORT: '0',
    AFFINITY_METRICS_PORT: '0',
    AFFINITY_DATA_DIR: join(folder, 'personalize'),
    AFFINITY_S3_ENDPOINT: addresses.objectStore.endpoint,
    AFFINITY_S3_REGION: addresses.objectStore.region,
  });
  const client = createGrpcClient(IngestServiceClient, {
    address: `127.0.0.1:${ingest.port('grpcPort')}`,
    defaultDeadlineMs: 20_000,
  });
  const connection = await connectNats({ natsUrls: [addresses.nats.url] }, { name: 'test', logger: silentLogger() });
  const environment = {
    ...without(common, 'AFFINITY_METRICS_PORT'),
    ...lakeSettings,
    AFFINITY_SCRATCH_FOLDER: folder,
    AFFINITY_PERSONALIZE_ENDPOINT: `http://127.0.0.1:${personalize.port('httpPort')}`,
    AFFINITY_PERSONALIZE_DATASET_GROUP: 'affinity',
    AFFINITY_PERSONALIZE_ROLE_ARN: 'arn:aws:iam::000000000000:role/reader',
    AFFINITY_FEATURE_STORE_ADDRESS: `127.0.0.1:${featureStore.port('grpcPort')}`,
  };
  const dynamo = createDynamoClient({
    dynamoEndpoint: addresses.dynamodb.endpoint,
    dynamoRegion: addresses.dynamodb.region,
    dynamoTablePrefix: tablePrefix,
  });
  return {
    folder,
    lake: new S3ObjectStore(s3, bucket),
    publish: async (events) => {
      for (let at = 0; at < events.length; at += 400) {
        const { outcomes } = await client.publishEvents({ events: events.slice(at, at + 400) });
        expect(outcomes.filter(({ outcome }) => outcome?.$case !== 'accepted')).toEqual([]);
      }
    },
    putDeadLetter: () =>
      createDeadLetterStore(connection).store({
        reader: 'profile-aggregator',
        partition: 1,
        reason: 'cannot be read',
        subject: 'events.1.view',
        position: { sequence: 1, timestampNs: 1n },
        data: Buffer.from(`\xff garbage with ${person} in it`, 'latin1'),
      }),
    affinity: (...args) => runAffinity(environment, args),
    grep: async (text) => [
      ...(await filesWith(join(folder, 'data', 'nats'), text)),
      ...(await filesWith(join(folder, 'data', 'objectStore'), text)),
      ...(await tablesWith(dynamo, text)),
    ],
    stop: async () => {
      await Promise.all(running.map((service) => service.stop()));
      client.close();
      await connection.close();
      dynamo.destroy();
      s3.destroy();
      await stack.stop();
      await rm(folder, { recursive: true });
    },
  };
}

/** Services refuse settings that they do not know. */
function without(settings: Readonly<Record<string, string>>, name: string): Record<string, string> {
  return Object.fromEntries(Object.entries(settings).filter(([known]) => known !== name));
}

async function filesWith(folder: string, text: string): Promise<string[]> {
  const found: string[] = [];
  for (const name of await readdir(folder, { recursive: true })) {
    const path = join(folder, name);
    if (!(await stat(path)).isFile()) continue;
    if (name.includes(text) || (await readFile(path)).includes(text)) found.push(path);
  }
  return found;
}

async function tablesWith(client: ReturnType<typeof createDynamoClient>, text: string): Promise<string[]> {
  const found: string[] = [];
  const { tiles, users, items, control } = tableNames(tablePrefix);
  for (const TableName of [tiles, users, items, control]) {
    const { Items = [] } = await client.send(new ScanCommand({ TableName, ConsistentRead: true }));
    const holds = Items.some((item) =>
      Object.values(item).some(
        (value) => JSON.stringify(value).includes(text) || Buffer.from(value.B ?? []).includes(text),
      ),
    );
    if (holds) found.push(TableName);
  }
  return found;
}

function eventOf(user: string, i: number): Event {
  return {
    eventId: `${user}/${i}`,
    userId: user,
    sessionId: '',
    eventType: i % 10 === 0 ? 'park' : 'view',
    itemId: `item${i % 40}`,
    occurredAt: new Date(Date.now() - 60_000 + i),
    attributes: toAttributes(new Map([['colour', i % 2 === 0 ? 'red' : 'blue']])),
    recommendationId: '',
    impression: [],
  };
}

describe('affinity forget', () => {
  let system: System;

  beforeAll(async () => {
    system = await startSystem();
  }, 240_000);

  afterAll(() => system.stop(), 60_000);

  async function linesInLake(): Promise<number> {
    let lines = 0;
    for await (const { key } of system.lake.list('upstream/crm/dashboard_interaction/dt='))
      lines += Number((await system.lake.head(key))?.metadata['count'] ?? 0);
    return lines;
  }

  async function expectEverywhere(): Promise<void> {
    const found = (await system.grep(person)).join('\n');
    for (const place of ['EVENTS', 'DEAD_LETTERS', '/upstream/', '/downstream/', `${tablePrefix}tiles`])
      expect(found).toContain(place);
  }

  const sound = { mismatched: 0, otherEvents: 0, features: {} };

  async function skewOf(day: string): Promise<{ readonly compared: number }> {
    const report = await system.affinity('lake', 'skew', '--date', day, '--sample', '20');
    return JSON.parse(report) as { readonly compared: number };
  }

  it('serves what the lake says, and then leaves no byte of the user in stream, dead letters, lake, tables and next export', async () => {
    const others = Array.from({ length: 1_100 }, (_, i) => eventOf(`user${i % 40}`, i));
    const own = Array.from({ length: 60 }, (_, i) => eventOf(person, i));
    await system.publish([...others.slice(0, 550), ...own, ...others.slice(550)]);
    await system.putDeadLetter();
    await until(async () => (await linesInLake()) === 1_160, 60_000, 'all events in the lake');
    const day = today();
    await system.affinity('lake', 'curate', '--date', day, '--open-day');
    await until(async () => (await skewOf(day)).compared === 20, 30_000, 'profiles to have counted all events');
    expect(await skewOf(day)).toEqual({ ...sound, sampled: 20, compared: 20, equal: 20 });
    await system.affinity('lake', 'export-personalize', '--date', day);
    await system.affinity('lake', 'training-set', '--date', day, '--labels', 'park');
    await expectEverywhere();

    const planned = JSON.parse(await system.affinity('forget', person, '--dry-run')) as unknown;
    const removed = {
      streamMessages: 60,
      deadLetters: 1,
      exportRows: 60,
      daysMadeAgain: [day],
      trainingSetsRemoved: [day],
    };
    expect(planned).toMatchObject(removed);
    await expectEverywhere();

    const receipt = await system.affinity('forget', person);
    // One message and one line more: the erasure itself.
    expect(JSON.parse(receipt)).toMatchObject({
      ...removed,
      streamMessages: 61,
      upstream: { lines: 61 },
      personalize: { job: expect.stringMatching(/^affinity-forget-\d+-\d+$/) as string, state: 'completed' },
    });
    expect(receipt).not.toContain(person);
    expect(await system.grep(person)).toEqual([]);

    const curated = JSON.parse(await system.affinity('lake', 'curate', '--date', day, '--open-day')) as unknown;
    expect(curated).toMatchObject({ events: 1_100, erased: 0 });
    expect(await system.affinity('lake', 'export-personalize', '--date', day)).toContain('"users":40');
    expect(await system.grep(person)).toEqual([]);
  }, 240_000);

  it('can be said again', async () => {
    const again = JSON.parse(await system.affinity('forget', person)) as unknown;
    expect(again).toMatchObject({ streamMessages: 1, deadLetters: 0, exportRows: 0, customerRows: 0 });
    expect(await system.grep(person)).toEqual([]);
  }, 120_000);
});
