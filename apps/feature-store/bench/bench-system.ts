import { createDynamoClient, DynamoTileStore, ensureTables, tableNames } from '@affinity/profile-storage';
import {
  runBenchmark,
  serviceEnvironment,
  startBackingStack,
  startServiceProcess,
  type ServiceAddresses,
  type ServiceProcess,
} from '@affinity/testing';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { schemaDocument } from './bench-profiles';

/** Real servers, the tables, and the way to start what is measured. */
export interface BenchSystem {
  /** A folder of its own. */
  readonly folder: string;
  readonly tiles: DynamoTileStore;
  startFeatureStore(over?: Readonly<Record<string, string>>): Promise<ServiceProcess>;
  startAggregator(over?: Readonly<Record<string, string>>): Promise<ServiceProcess>;
  startIngest(): Promise<ServiceProcess>;
  readonly addresses: Pick<ServiceAddresses, 'nats' | 'redis' | 'dynamodb'>;
  /** Starts the bare baseline, which answers with these bytes, one for each shape of question. */
  startEcho(answers: readonly Buffer[]): Promise<ServiceProcess>;
}

const tablePrefix = 'bench-';

/** Runs a benchmark on a system of its own, and ends the process with how that went. */
export function benchmark(measure: (system: BenchSystem) => Promise<void>): void {
  runBenchmark(() => withSystem(measure));
}

async function withSystem(measure: (system: BenchSystem) => Promise<void>): Promise<void> {
  const stack = await startBackingStack({ services: ['nats', 'redis', 'dynamodb'] });
  const folder = await mkdtemp(join(tmpdir(), 'affinity-bench-'));
  const running: ServiceProcess[] = [];
  const start = async (...[options]: Parameters<typeof startServiceProcess>): Promise<ServiceProcess> => {
    const service = await startServiceProcess(options);
    running.push(service);
    return service;
  };
  try {
    const schemaFile = join(folder, 'schema.yaml');
    await writeFile(schemaFile, JSON.stringify(schemaDocument));
    const env = serviceEnvironment(stack.addresses, { schemaFile, tablePrefix });
    Object.assign(process.env, env);
    const { endpoint, region } = stack.addresses.dynamodb;
    const settings = { dynamoEndpoint: endpoint, dynamoRegion: region, dynamoTablePrefix: tablePrefix };
    const client = createDynamoClient(settings);
    const tables = tableNames(tablePrefix);
    await ensureTables(client, tables);
    await measure({
      folder,
      tiles: new DynamoTileStore({ client, table: tables.tiles, generation: 1 }),
      startFeatureStore: (over = {}) =>
        start({ app: 'feature-store', env: { ...env, AFFINITY_GRPC_PORT: '0', ...over } }),
      startAggregator: (over = {}) => start({ app: 'profile-aggregator', env: { ...env, ...over } }),
      startIngest: () => start({ app: 'ingest', env: { ...withoutRedis(env), AFFINITY_GRPC_PORT: '0' } }),
      addresses: stack.addresses,
      startEcho: async (answers) => {
        const file = join(folder, 'answers.json');
        await writeFile(file, JSON.stringify(answers.map((answer) => answer.toString('base64'))));
        return start({ app: 'echo', env: { ECHO_ANSWERS: file }, script: join(__dirname, 'echo-server.cjs') });
      },
    });
  } finally {
    await Promise.all(running.map((service) => service.stop()));
    await stack.stop();
    await rm(folder, { recursive: true });
  }
}

/** Services refuse settings that they do not know. */
function withoutRedis(env: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => name !== 'AFFINITY_REDIS_URL'));
}
