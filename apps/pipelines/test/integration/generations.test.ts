import {
  aggregatorReader,
  createDynamoClient,
  createDynamoGenerationStore,
  DynamoCheckpointStore,
  ensureTables,
  openGeneration,
  serveGeneration,
  tableNames,
  updateGeneration,
  type GenerationStore,
} from '@affinity/profile-storage';
import { serviceEnvironment, startBackingStack, type BackingStack } from '@affinity/testing';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createProgram } from '../../src/program';

const partitions = 2;
const tablePrefix = 'generations-';
const schemaDocument = {
  version: '1',
  event_types: { view: 1 },
  dimensions: [{ name: 'colour', kind: 'categorical' }],
};

describe('affinity generations', () => {
  let stack: BackingStack<'nats' | 'dynamodb'>;
  let folder: string;
  let client: ReturnType<typeof createDynamoClient>;
  let generations: GenerationStore;
  let environment: Readonly<Record<string, string>>;

  beforeAll(async () => {
    stack = await startBackingStack({ services: ['nats', 'dynamodb'] });
    folder = await mkdtemp(join(tmpdir(), 'affinity-generations-'));
    const { accessKeyId, secretAccessKey, endpoint, region } = stack.addresses.dynamodb;
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey });
    const schemaFile = join(folder, 'schema.yaml');
    await writeFile(schemaFile, JSON.stringify(schemaDocument)); // JSON is YAML.
    const settings = serviceEnvironment(stack.addresses, { schemaFile, tablePrefix, partitions });
    delete settings['AFFINITY_METRICS_PORT']; // A command serves none, and refuses what it does not know.
    environment = { ...settings, AFFINITY_LAKE_DESTINATION: pathToFileURL(join(folder, 'lake')).href };
    client = createDynamoClient({ dynamoEndpoint: endpoint, dynamoRegion: region, dynamoTablePrefix: tablePrefix });
    await ensureTables(client, tableNames(tablePrefix));
    generations = createDynamoGenerationStore({ client, table: tableNames(tablePrefix).control });
  }, 120_000);

  afterAll(async () => {
    client.destroy();
    await stack.stop();
    await rm(folder, { recursive: true });
  });

  async function affinity(...args: readonly string[]): Promise<unknown> {
    const printed: string[] = [];
    const program = createProgram({ environment, print: (text) => printed.push(text), progress: () => undefined });
    await program.parseAsync(['node', 'affinity', 'generations', ...args]);
    return JSON.parse(printed.join('\n'));
  }

  /** Says that a generation has counted the messages up to a sequence in a partition. */
  async function counted(generation: number, partition: number, sequence: number): Promise<void> {
    const reader = aggregatorReader(generation, stack.addresses.dynamodb.region);
    const store = new DynamoCheckpointStore({ client, table: tableNames(tablePrefix).control, reader });
    const before = (await store.read(partition))?.version ?? 0;
    const mark = { sequence, timestampNs: BigInt(sequence) };
    expect(await store.write(partition, { mark, version: before + 1, writer: 'test' }, before)).toBe(true);
  }

  it('only says what a switch would serve, and what it would wait for, when it is a dry run', async () => {
    const origin = { from: '2026-11-01', to: '2026-11-07', copiedFrom: 1, copied: true };
    await generations.change((set) =>
      updateGeneration(openGeneration(set, origin), 2, (known) => ({ ...known, state: 'fed' })),
    );
    for (const partition of [0, 1]) await counted(1, partition, 7);
    await counted(2, 0, 7);
    await counted(2, 1, 6);
    const before = await generations.read();
    const planned = { wouldServe: 2, serving: 1 };
    expect(await affinity('switch', '2', '--dry-run')).toEqual({ ...planned, partitionsBehind: [1] });
    await counted(2, 1, 7);
    expect(await affinity('switch', '2', '--dry-run')).toEqual({ ...planned, partitionsBehind: [] });
    await expect(affinity('switch', '3', '--dry-run')).rejects.toThrow('there is no generation 3');
    expect(await generations.read()).toEqual(before);
    expect(await affinity('switch', '2')).toEqual({ serving: 2, previous: 1 });
  });

  it('only says what a rollback would serve when it is a dry run', async () => {
    const before = await generations.change((set) => serveGeneration(set, 2, 1));
    expect(await affinity('rollback', '--dry-run')).toEqual({ wouldServe: 1, serving: 2, partitionsBehind: [] });
    expect(await generations.read()).toEqual(before);
  });

  it('only says what would be dropped when it is a dry run, and refuses what serves', async () => {
    const before = await generations.read();
    expect(await affinity('drop', '1', '--dry-run')).toEqual({ wouldDrop: 1, state: 'fed' });
    await expect(affinity('drop', '2', '--dry-run')).rejects.toThrow('is being served');
    expect(await generations.read()).toEqual(before);
    expect(await affinity('drop', '1', '--wait', '0')).toEqual({ generation: 1, tilesRemoved: 0 });
    expect(await generations.read()).toMatchObject({ serving: 2, open: [{ number: 2 }] });
  });
});
