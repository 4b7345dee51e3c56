import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type AwsEndpoint } from './backing-service';

/** Headroom over the largest batch; NATS itself advises against more than 8 MB. */
const NATS_MAX_PAYLOAD_BYTES = 2 * 1024 * 1024;
const REGION = 'us-east-1';
const ACCESS_KEY = 'affinitylocal';

type Account = Omit<AwsEndpoint, 'endpoint'>;

/** nats-server's configuration file. JetStream syncs at the server's default interval. */
export function natsConfiguration({ host, port, storeDir }: { host: string; port: number; storeDir: string }): string {
  return [
    `listen: ${JSON.stringify(`${host}:${port}`)}`,
    `max_payload: ${NATS_MAX_PAYLOAD_BYTES}`,
    `jetstream { store_dir: ${JSON.stringify(storeDir)} }`,
    '',
  ].join('\n');
}

/** redis-server's arguments: every write goes to the append-only file, so that a killed server comes back with its data. */
export function redisArguments({ host, port, dataDir }: { host: string; port: number; dataDir: string }): string[] {
  const persistence = ['--dir', dataDir, '--appendonly', 'yes', '--save', ''];
  return ['--bind', host, '--port', String(port), '--protected-mode', 'no', ...persistence];
}

/**
 * Java's arguments for DynamoDB Local. Without `-sharedDb`, so that each region is a database of its own, as in AWS; in memory
 * unless a folder is given.
 */
export function dynamoDbArguments({
  port,
  folder,
  dataDir,
}: {
  port: number;
  folder: string;
  dataDir?: string;
}): string[] {
  return [
    '-Xmx512m',
    `-Djava.library.path=${join(folder, 'DynamoDBLocal_lib')}`,
    '-jar',
    join(folder, 'DynamoDBLocal.jar'),
    '-port',
    String(port),
    ...(dataDir === undefined ? ['-inMemory'] : ['-dbPath', dataDir]),
  ];
}

/** DynamoDB Local reports its use to Amazon unless told not to. */
export const DYNAMODB_ENVIRONMENT: Readonly<Record<string, string>> = { DDB_LOCAL_TELEMETRY: '0' };

/** DynamoDB Local takes any account; the access key only chooses the database. */
export function dynamoDbCredentials(): Account {
  return { region: REGION, accessKeyId: ACCESS_KEY, secretAccessKey: ACCESS_KEY };
}

/** The object store's account; its secret is made once per data folder and kept in a file there. */
export async function objectStoreAccount(dataDir: string): Promise<{ credentials: Account; secretFile: string }> {
  const secretFile = join(dataDir, 'secret-key');
  const kept = await readFile(secretFile, 'utf8').catch(() => undefined);
  const secretAccessKey = kept ?? randomBytes(20).toString('hex');
  if (kept === undefined) await writeFile(secretFile, secretAccessKey, { mode: 0o600 });
  return { credentials: { region: REGION, accessKeyId: ACCESS_KEY, secretAccessKey }, secretFile };
}

/** The environment that configures apps/object-store-local. */
export function objectStoreEnvironment(options: {
  host: string;
  port: number;
  root: string;
  secretFile: string;
}): Record<string, string> {
  return {
    AFFINITY_OBJECT_STORE_HOST: options.host,
    AFFINITY_OBJECT_STORE_PORT: String(options.port),
    AFFINITY_OBJECT_STORE_ROOT: options.root,
    AFFINITY_OBJECT_STORE_REGION: REGION,
    AFFINITY_OBJECT_STORE_ACCESS_KEY: ACCESS_KEY,
    AFFINITY_OBJECT_STORE_SECRET_KEY_FILE: options.secretFile,
  };
}
