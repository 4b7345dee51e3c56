import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { startBackingStack, startServiceProcess, uniqueName, type ServiceProcess } from '@affinity/testing';

const schemaText = `
version: "1"
event_types: { view: 1, park: 5 }
dimensions:
  - { name: colour, kind: categorical }
  - { name: price, kind: numeric }
`;

/** The root of the checkout. */
export const workspaceFolder = resolve(__dirname, '../../../..');

/** What another team has: addresses, a key, and a folder for what it was given. */
export interface ClientSystem {
  readonly ingestAddress: string;
  readonly profilesAddress: string;
  readonly apiKey: string;
  /** Temporary; removed by `stop`. */
  readonly folder: string;
  /** Builds what other teams get and unpacks both archives in `folder`. */
  unpackContracts(): Promise<{ readonly nodePackage: string; readonly protos: string }>;
  stop(): Promise<void>;
}

/** Starts real servers and the way from an event to a profile, each service its own process. */
export async function startClientSystem(): Promise<ClientSystem> {
  const folder = await mkdtemp(join(tmpdir(), 'affinity-client-'));
  const stack = await startBackingStack({ services: ['nats', 'redis', 'dynamodb'], shared: ['dynamodb'] });
  const apiKey = 'a-key-of-the-tests-only';
  const settings = await commonSettings(folder, stack.addresses);
  const keys = { AFFINITY_GRPC_API_KEYS_FILE: await fileIn(folder, 'keys', `tests ${apiKey}\n`) };
  const server = { ...settings, ...keys, AFFINITY_GRPC_PORT: '0' };
  const redis = { AFFINITY_REDIS_URL: stack.addresses.redis.url };
  const running: ServiceProcess[] = [];
  const start = async (app: string, env: Readonly<Record<string, string>>): Promise<ServiceProcess> => {
    const started = await startServiceProcess({ app, env });
    running.push(started);
    return started;
  };
  const stop = async (): Promise<void> => {
    await Promise.all(running.map((service) => service.stop()));
    await stack.stop();
    await rm(folder, { recursive: true });
  };
  try {
    const ingest = await start('ingest', server);
    await start('profile-aggregator', { ...settings, ...redis });
    const featureStore = await start('feature-store', { ...server, ...redis });
    return {
      ingestAddress: `127.0.0.1:${ingest.port('grpcPort')}`,
      profilesAddress: `127.0.0.1:${featureStore.port('grpcPort')}`,
      apiKey,
      folder,
      unpackContracts: () => unpackContracts(folder),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

type Addresses = Awaited<ReturnType<typeof startBackingStack<'nats' | 'redis' | 'dynamodb'>>>['addresses'];

async function commonSettings(folder: string, { nats, dynamodb }: Addresses): Promise<Record<string, string>> {
  return {
    AFFINITY_SCHEMA_FILE: await fileIn(folder, 'schema.yaml', schemaText),
    AFFINITY_PARTITIONS: '4',
    AFFINITY_METRICS_PORT: '0',
    AFFINITY_NATS_URLS: nats.url,
    AFFINITY_DYNAMO_ENDPOINT: dynamodb.endpoint,
    AFFINITY_DYNAMO_REGION: dynamodb.region,
    AFFINITY_DYNAMO_TABLE_PREFIX: `${uniqueName('t')}-`,
    AWS_ACCESS_KEY_ID: dynamodb.accessKeyId,
    AWS_SECRET_ACCESS_KEY: dynamodb.secretAccessKey,
  };
}

async function fileIn(folder: string, name: string, content: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

async function unpackContracts(folder: string) {
  const run = promisify(execFile);
  const build = join(workspaceFolder, 'tools/contracts-package/build.mjs');
  const { stdout } = await run(process.execPath, [build, join(folder, 'archives')], { cwd: workspaceFolder });
  const archives = stdout.trim().split('\n');
  for (const archive of archives) await run('tar', ['-xzf', archive, '-C', folder]);
  const protos = /([^/]+)\.tar\.gz$/.exec(archives[1] ?? '')?.[1];
  if (protos === undefined) throw new Error(`the build said ${stdout}`);
  return { nodePackage: join(folder, 'package'), protos: join(folder, protos) };
}
