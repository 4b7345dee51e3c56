import { startHttpFaultProxy, testStack, uniqueName } from '@affinity/testing';
import { createDynamoClient, type DynamoConfig } from '../../src/dynamo-client';
import { DynamoCheckpointStore } from '../../src/dynamo-checkpoint-store';
import { DynamoTileStore } from '../../src/dynamo-tile-store';
import { createDynamoTombstoneStore } from '../../src/dynamo-tombstone-store';
import { createDynamoItemStore } from '../../src/item-store';
import { createDynamoReaderRegistry } from '../../src/reader-registry';
import { ensureTables, tableNames } from '../../src/tables';
import { describeStores } from '../../src/tile-store-contract.fixture';
import { firstWrite } from '../../src/tile-write.fixture';

const { dynamodb } = testStack();
Object.assign(process.env, {
  AWS_ACCESS_KEY_ID: dynamodb.accessKeyId,
  AWS_SECRET_ACCESS_KEY: dynamodb.secretAccessKey,
});

function configOf(endpoint: string): DynamoConfig {
  return { dynamoEndpoint: endpoint, dynamoRegion: dynamodb.region, dynamoTablePrefix: `${uniqueName('t')}-` };
}

async function makeStores(endpoint = dynamodb.endpoint) {
  const config = configOf(endpoint);
  const client = createDynamoClient(config);
  const tables = tableNames(config.dynamoTablePrefix);
  await ensureTables(createDynamoClient({ ...config, dynamoEndpoint: dynamodb.endpoint }), tables);
  return {
    client,
    tables,
    tiles: new DynamoTileStore({ client, table: tables.tiles, generation: 1 }),
    checkpoints: new DynamoCheckpointStore({ client, table: tables.control, reader: 'r' }),
    tombstones: createDynamoTombstoneStore({ client, table: tables.control, hashKey: 'secret-of-this-test' }),
  };
}

describeStores('DynamoDB stores', () => makeStores());

describe('DynamoDB stores', () => {
  it('make their tables once, however many ask', async () => {
    const config = configOf(dynamodb.endpoint);
    const client = createDynamoClient(config);
    const tables = tableNames(config.dynamoTablePrefix);
    await Promise.all([ensureTables(client, tables), ensureTables(client, tables)]);
    await ensureTables(client, tables);
  });

  it('say "throttled" and "away" apart, and leave what was done to be found', async () => {
    const proxy = await startHttpFaultProxy({
      target: { host: '127.0.0.1', port: Number(new URL(dynamodb.endpoint).port) },
    });
    try {
      const { tiles } = await makeStores(proxy.endpoint);
      const write = firstWrite({ owner: { kind: 'user', profileKey: 'u' }, day: 1, region: 'r' });
      proxy.setFaults({ throttleRate: 1 });
      await expect(tiles.write(write)).rejects.toMatchObject({ code: 'RESOURCE_EXHAUSTED', retryable: true });
      proxy.setFaults({ throttleRate: 0, errorRate: 1 });
      await expect(tiles.write(write)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      proxy.setFaults({ errorRate: 0, dropAnswerRate: 1 });
      await expect(tiles.write(write)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      proxy.setFaults({ dropAnswerRate: 0 });
      expect(await tiles.write(write)).toMatchObject({ kind: 'conflict', current: { version: 1, writer: 'w' } });
    } finally {
      await proxy.stop();
    }
  });

  it('know how far all readers have come, and agree on no message while one of them read what was lost', async () => {
    const { client, tables } = await makeStores();
    const registry = createDynamoReaderRegistry({ client, table: tables.control });
    const marks = { far: { sequence: 70, timestampNs: 270n }, near: { sequence: 60, timestampNs: 260n } };
    for (const [reader, mark] of Object.entries(marks)) {
      await registry.register(reader, 1);
      expect(await registry.lowestCheckpoint()).toBeUndefined();
      const checkpoints = new DynamoCheckpointStore({ client, table: tables.control, reader });
      await checkpoints.write(0, { mark, version: 1, writer: 'w' }, 0);
    }
    expect(await registry.lowestCheckpoint()).toEqual(marks.near);
    const before = new DynamoCheckpointStore({ client, table: tables.control, reader: 'far' });
    await before.write(0, { mark: { sequence: 80, timestampNs: 80n }, version: 2, writer: 'w' }, 1);
    expect(await registry.lowestCheckpoint()).toEqual({ sequence: 60, timestampNs: 80n });
    await registry.unregister('far');
    expect(await registry.lowestCheckpoint()).toEqual(marks.near);
  });

  it('keep a catalogue of any size', async () => {
    const { client, tables } = await makeStores();
    const items = createDynamoItemStore({ client, table: tables.items });
    const attributes = new Map([['colour', { kind: { $case: 'stringValue' as const, value: 'red' } }]]);
    const catalogue = Array.from({ length: 230 }, (_, i) => ({
      itemId: `i${i}`,
      attributes,
      updatedAt: new Date(1_000),
    }));
    await items.putItems(catalogue);
    const found = await items.getItems([...catalogue.map(({ itemId }) => itemId), 'unknown', 'i0']);
    expect(found.size).toBe(230);
    expect(found.get('i7')).toEqual(catalogue[7]);
  });
});
