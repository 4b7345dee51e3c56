import { IngestServiceClient, ProfileServiceClient, type Event, type GetProfileResponse } from '@affinity/contracts';
import { createDynamoClient, DynamoTileStore, tableNames, type StoredTile } from '@affinity/profile-storage';
import { createGrpcClient } from '@affinity/service-kit';
import { serviceEnvironment, startBackingStack, startServiceProcess, type ServiceProcess } from '@affinity/testing';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runAffinity } from '../run-affinity';

const replicas = 2;
const deadlineMs = 10_000;

/**
 * Ingest, aggregator and feature store, two processes each, replaced one by one as a cluster does it: the new one is ready
 * before the old one is called no more, and that is so before it is stopped.
 */
export interface RollingSystem {
  /** Publishes an event through one of the ingests, once; says what became of it. */
  publish(event: Event): Promise<string | undefined>;
  /** Asks one of the feature stores, once. */
  readProfile(userId: string): Promise<GetProfileResponse>;
  /** Replaces all processes by ones that work with another schema. */
  roll(schemaText: string): Promise<void>;
  storedTiles(): Promise<readonly StoredTile[]>;
  /** Runs a command with the schema of the last roll; gives what it printed. */
  affinity(...args: readonly string[]): Promise<string>;
  stop(): Promise<void>;
}

interface Callee<C> {
  readonly process: ServiceProcess;
  readonly client: C;
}

/** Starts it. */
export async function startRollingSystem(schemaText: string): Promise<RollingSystem> {
  const folder = await mkdtemp(join(tmpdir(), 'affinity-rolling-'));
  const stack = await startBackingStack({ services: ['nats', 'redis', 'dynamodb'] });
  const { nats, redis, dynamodb } = stack.addresses;
  const { accessKeyId, secretAccessKey } = dynamodb;
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey });
  const tablePrefix = 'rolling-';
  let versions = 0;
  let schemaFile = '';

  async function useSchema(text: string): Promise<void> {
    versions += 1;
    schemaFile = join(folder, `schema-${versions}.yaml`);
    await writeFile(schemaFile, text);
  }

  const shared = () => ({ schemaFile, tablePrefix, partitions: 4 });
  const port = { AFFINITY_GRPC_PORT: '0' };
  const startAggregator = () =>
    startServiceProcess({
      app: 'profile-aggregator',
      env: {
        ...serviceEnvironment({ nats, redis, dynamodb }, shared()),
        AFFINITY_LEASE_TTL_MS: '2000',
        AFFINITY_POPULATION_FLUSH_MS: '300',
      },
      readyTimeoutMs: 90_000,
    });
  const startStore = async () => {
    const env = { ...serviceEnvironment({ nats, redis, dynamodb }, shared()), ...port };
    const process = await startServiceProcess({ app: 'feature-store', env, readyTimeoutMs: 90_000 });
    return { process, client: createGrpcClient(ProfileServiceClient, { address: addressOf(process), ...limits }) };
  };
  const startIngest = async () => {
    const env = { ...serviceEnvironment({ nats, dynamodb }, shared()), ...port };
    const process = await startServiceProcess({ app: 'ingest', env, readyTimeoutMs: 90_000 });
    return { process, client: createGrpcClient(IngestServiceClient, { address: addressOf(process), ...limits }) };
  };

  await useSchema(schemaText);
  const aggregators = await times(replicas, startAggregator);
  const stores = new Callees(await times(replicas, startStore));
  const ingests = new Callees(await times(replicas, startIngest));
  const dynamo = createDynamoClient({
    dynamoEndpoint: dynamodb.endpoint,
    dynamoRegion: dynamodb.region,
    dynamoTablePrefix: tablePrefix,
  });
  const tiles = new DynamoTileStore({ client: dynamo, table: tableNames(tablePrefix).tiles, generation: 1 });
  return {
    publish: async (event) => {
      const { outcomes } = await ingests.call((client) => client.publishEvents({ events: [event] }));
      return outcomes[0]?.outcome?.$case;
    },
    readProfile: (userId) =>
      stores.call((client) => client.getProfile({ profile: { key: { $case: 'userId', value: userId } } })),
    roll: async (text) => {
      await useSchema(text);
      for (let i = 0; i < replicas; i += 1) {
        aggregators.push(await startAggregator());
        await aggregators.shift()?.stop();
        await stores.replaceOldest(await startStore());
        await ingests.replaceOldest(await startIngest());
      }
    },
    storedTiles: async () => {
      const found: StoredTile[] = [];
      for await (const tile of tiles.scan()) found.push(tile);
      return found;
    },
    affinity: (...args) => {
      const settings = Object.entries(serviceEnvironment({ dynamodb }, { schemaFile, tablePrefix }));
      const environment = Object.fromEntries(settings.filter(([name]) => name !== 'AFFINITY_METRICS_PORT'));
      return runAffinity(environment, args);
    },
    stop: async () => {
      await Promise.all([stores.stop(), ingests.stop(), ...aggregators.map((aggregator) => aggregator.stop())]);
      dynamo.destroy();
      await stack.stop();
      await rm(folder, { recursive: true });
    },
  };
}

const limits = { defaultDeadlineMs: deadlineMs };

function addressOf(process: ServiceProcess): string {
  return `127.0.0.1:${process.port('grpcPort')}`;
}

async function times<T>(count: number, make: () => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, make));
}

/** Processes that are called in turn. */
class Callees<C extends { close(): void }> {
  private calls = 0;
  private readonly underWay = new Map<Callee<C>, Set<Promise<unknown>>>();

  constructor(private readonly callees: Callee<C>[]) {}

  /** Calls one of them. */
  call<T>(what: (client: C) => Promise<T>): Promise<T> {
    this.calls += 1;
    const callee = this.callees[this.calls % this.callees.length];
    if (callee === undefined) throw new RangeError('nobody to call');
    const calls = this.underWay.get(callee) ?? new Set();
    this.underWay.set(callee, calls);
    const call = what(callee.client).finally(() => calls.delete(call));
    calls.add(call);
    return call;
  }

  /** A client with one address cannot send elsewhere what a server that stops has not begun: nothing may be on its way. */
  async replaceOldest(successor: Callee<C>): Promise<void> {
    this.callees.push(successor);
    const oldest = this.callees.shift();
    if (oldest === undefined) return;
    await Promise.allSettled([...(this.underWay.get(oldest) ?? [])]);
    await oldest.process.stop();
    oldest.client.close();
  }

  async stop(): Promise<void> {
    await Promise.all(this.callees.map(({ process }) => process.stop()));
    for (const { client } of this.callees) client.close();
  }
}
