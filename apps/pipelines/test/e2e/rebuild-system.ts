import { ProfileServiceClient, StreamRecord, toAttributes, type GetProfileResponse } from '@affinity/contracts';
import type { DatasetInteraction } from '@affinity/datasets';
import type { AttributeValue } from '@affinity/domain';
import { LocalObjectStore } from '@affinity/lake';
import { connectNats, createEventPublisher } from '@affinity/messaging';
import { createDynamoClient } from '@affinity/profile-storage';
import { createGrpcClient, silentLogger } from '@affinity/service-kit';
import {
  appBundle,
  serviceEnvironment,
  startBackingStack,
  startServiceProcess,
  type ServiceProcess,
} from '@affinity/testing';
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { runAffinity } from '../run-affinity';

const partitions = 4;

/** The services that a rebuild meets, on real servers, with a lake in a folder. */
export interface RebuildSystem {
  readonly tablePrefix: string;
  readonly dynamo: ReturnType<typeof createDynamoClient>;
  readonly aggregator: ServiceProcess;
  publish(event: DatasetInteraction, attributes: ReadonlyMap<string, AttributeValue>): Promise<void>;
  readProfile(userId: string): Promise<GetProfileResponse>;
  linesInLake(): Promise<number>;
  /** Whether the feature store's last word on it was that this generation serves. */
  serves(generation: number): boolean;
  /** Runs a command in this process; gives what it printed. */
  affinity(...args: readonly string[]): Promise<string>;
  /** Runs a command as a process of its own and kills it as soon as its progress says a word. */
  affinityKilledAt(word: string, ...args: readonly string[]): Promise<void>;
  stop(): Promise<void>;
}

/** Starts it. */
export async function startRebuildSystem(schemaText: string): Promise<RebuildSystem> {
  const folder = await mkdtemp(join(tmpdir(), 'affinity-rebuild-'));
  const stack = await startBackingStack({ services: ['nats', 'redis', 'dynamodb'] });
  const { addresses } = stack;
  const { accessKeyId, secretAccessKey } = addresses.dynamodb;
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey });
  const schemaFile = join(folder, 'schema.yaml');
  await writeFile(schemaFile, schemaText);
  const lakeFolder = join(folder, 'lake');
  const tablePrefix = 'rebuild-';
  const common = serviceEnvironment(
    { nats: addresses.nats, dynamodb: addresses.dynamodb },
    { schemaFile, tablePrefix, partitions },
  );
  const redis = { AFFINITY_REDIS_URL: addresses.redis.url };
  const lake = { AFFINITY_LAKE_DESTINATION: pathToFileURL(lakeFolder).href };
  const quick = { AFFINITY_GENERATION_POLL_MS: '200' };
  const start = (app: string, env: Readonly<Record<string, string>>): Promise<ServiceProcess> =>
    startServiceProcess({ app, env, readyTimeoutMs: 90_000 });
  const aggregator = await start('profile-aggregator', {
    ...common,
    ...redis,
    ...quick,
    AFFINITY_LEASE_TTL_MS: '1000',
    AFFINITY_POPULATION_FLUSH_MS: '300',
    AFFINITY_IDLE_CHECKPOINT_MS: '300',
  });
  const featureStore = await start('feature-store', { ...common, ...redis, ...quick, AFFINITY_GRPC_PORT: '0' });
  const sink = await start('lake-sink', {
    ...without(common, 'AFFINITY_SCHEMA_FILE'),
    ...lake,
    AFFINITY_LAKE_SHARDS: '2',
    AFFINITY_LAKE_FLUSH_MS: '300',
  });
  const connection = await connectNats({ natsUrls: [addresses.nats.url] }, { name: 'test', logger: silentLogger() });
  const publisher = createEventPublisher({ connection, partitions, attempts: 20 });
  const client = createGrpcClient(ProfileServiceClient, {
    address: `127.0.0.1:${featureStore.port('grpcPort')}`,
    defaultDeadlineMs: 20_000,
  });
  const { endpoint: dynamoEndpoint, region: dynamoRegion } = addresses.dynamodb;
  const dynamo = createDynamoClient({ dynamoEndpoint, dynamoRegion, dynamoTablePrefix: tablePrefix });
  const objects = new LocalObjectStore(lakeFolder);
  const environment = { ...without(common, 'AFFINITY_METRICS_PORT'), ...lake, AFFINITY_SCRATCH_FOLDER: folder };
  return {
    tablePrefix,
    dynamo,
    aggregator,
    publish: async (event, attributes) => {
      const { eventId, userId, eventType } = event;
      const recorded = {
        ...event,
        occurredAt: new Date(event.occurredAtMs),
        attributes: toAttributes(attributes),
        recommendationId: '',
        impression: [],
      };
      const record = { event: recorded, receivedAt: new Date(), unknownItem: false };
      const body = StreamRecord.encode({ record: { $case: 'event', value: record } }).finish();
      await publisher.publish({ profileKey: userId, eventId, eventType, body });
    },
    readProfile: (userId) => client.getProfile({ profile: { key: { $case: 'userId', value: userId } } }),
    linesInLake: async () => {
      let lines = 0;
      for await (const { key } of objects.list('upstream/crm/dashboard_interaction/dt='))
        lines += Number((await objects.head(key))?.metadata['count'] ?? 0);
      return lines;
    },
    serves: (generation) => {
      const said = featureStore.logs().match(/"to":\d+/g);
      return said?.at(-1) === `"to":${generation}`;
    },
    affinity: (...args) => runAffinity(environment, args),
    affinityKilledAt: async (word, ...args) =>
      runUntilWord({ script: await appBundle('pipelines'), args, word, env: { ...process.env, ...environment } }),
    stop: async () => {
      await Promise.all([aggregator, featureStore, sink].map((service) => service.stop()));
      client.close();
      await connection.close();
      dynamo.destroy();
      await stack.stop();
      await rm(folder, { recursive: true });
    },
  };
}

interface KilledRun {
  readonly script: string;
  readonly args: readonly string[];
  readonly word: string;
  readonly env: NodeJS.ProcessEnv;
}

function runUntilWord({ script, args, word, env }: KilledRun): Promise<void> {
  const child = spawn(process.execPath, [script, ...args], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
    if (said.includes(word)) child.kill('SIGKILL');
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      if (signal === 'SIGKILL') resolve();
      else reject(new Error(`ended with ${code} before it said "${word}": ${said}`));
    });
  });
}

/** Services refuse settings that they do not know. */
function without(settings: Readonly<Record<string, string>>, name: string): Record<string, string> {
  return Object.fromEntries(Object.entries(settings).filter(([known]) => known !== name));
}
