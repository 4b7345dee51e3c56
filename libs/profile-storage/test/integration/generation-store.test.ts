import { startHttpFaultProxy, testStack, uniqueName, until } from '@affinity/testing';
import { silentLogger } from '@affinity/service-kit';
import { createDynamoClient } from '../../src/dynamo-client';
import { DynamoCheckpointStore } from '../../src/dynamo-checkpoint-store';
import { DynamoTileStore } from '../../src/dynamo-tile-store';
import { removeCheckpoints, removeGenerationTiles } from '../../src/generations/generation-removal';
import {
  dropGeneration,
  firstGenerations,
  openGeneration,
  removeGeneration,
  serveGeneration,
  updateGeneration,
  type GenerationOrigin,
  type GenerationSet,
} from '../../src/generations/generation-set';
import { createDynamoGenerationStore } from '../../src/generations/generation-store';
import { GenerationWatcher } from '../../src/generations/generation-watcher';
import { ensureTables, tableNames } from '../../src/tables';
import { firstWrite } from '../../src/tile-write.fixture';

const { dynamodb } = testStack();
Object.assign(process.env, {
  AWS_ACCESS_KEY_ID: dynamodb.accessKeyId,
  AWS_SECRET_ACCESS_KEY: dynamodb.secretAccessKey,
});

const origin: GenerationOrigin = { from: '2026-11-01', to: '2026-11-07', copiedFrom: 1, copied: false };
const feed = (set: GenerationSet, number: number): GenerationSet =>
  updateGeneration(set, number, (generation) => ({ ...generation, state: 'fed' }));

/** Tables of a deployment of its own, and clients of it, each as a process of its own would have. */
async function makeDeployment() {
  const dynamoTablePrefix = `${uniqueName('g')}-`;
  const tables = tableNames(dynamoTablePrefix);
  const clientTo = (dynamoEndpoint: string) =>
    createDynamoClient({ dynamoEndpoint, dynamoRegion: dynamodb.region, dynamoTablePrefix });
  const client = clientTo(dynamodb.endpoint);
  await ensureTables(client, tables);
  const storeOn = (endpoint = dynamodb.endpoint) =>
    createDynamoGenerationStore({ client: clientTo(endpoint), table: tables.control });
  return { client, tables, storeOn };
}

function proxyToDynamo() {
  return startHttpFaultProxy({ target: { host: '127.0.0.1', port: Number(new URL(dynamodb.endpoint).port) } });
}

describe('the set of generations in DynamoDB', () => {
  it('is the first generation before anybody changes it', async () => {
    const { storeOn } = await makeDeployment();
    expect(await storeOn().read()).toEqual(firstGenerations);
  });

  it('goes through a rebuild, and every other process sees each step', async () => {
    const { storeOn } = await makeDeployment();
    const [rebuild, reader] = [storeOn(), storeOn()];
    const steps: readonly ((set: GenerationSet) => GenerationSet)[] = [
      (set) => openGeneration(set, origin),
      (set) => feed(set, 2),
      (set) => serveGeneration(set, 2, Date.now()),
      (set) => dropGeneration(set, 1),
      (set) => removeGeneration(set, 1),
    ];
    for (const step of steps) {
      const changed = await rebuild.change(step);
      expect(await reader.read()).toEqual(changed);
    }
    expect(await reader.read()).toEqual({
      serving: 2,
      next: 3,
      open: [{ number: 2, state: 'fed', origin }],
    });
  });

  it('keeps every change of many that are made at the same time', async () => {
    const { storeOn } = await makeDeployment();
    const changes = ['a', 'b', 'c', 'd'].map((name) =>
      storeOn().change((set) =>
        updateGeneration(set, 1, (generation) => ({
          ...generation,
          origin: { ...origin, schema: `${generation.origin?.schema ?? ''} ${name}` },
        })),
      ),
    );
    await Promise.all(changes);
    const { open } = await storeOn().read();
    expect((open[0]?.origin?.schema ?? '').split(' ').sort()).toEqual(['', 'a', 'b', 'c', 'd']);
  });

  it('lets one of many rebuilds open a generation', async () => {
    const { storeOn } = await makeDeployment();
    const attempts = await Promise.allSettled(
      Array.from({ length: 4 }, () => storeOn().change((set) => openGeneration(set, origin))),
    );
    expect(attempts.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const attempt of attempts)
      if (attempt.status === 'rejected') expect(attempt.reason).toMatchObject({ code: 'FAILED_PRECONDITION' });
    expect((await storeOn().read()).open.map(({ number }) => number)).toEqual([1, 2]);
  });

  it('stays as it is when a change refuses, or changes nothing', async () => {
    const { storeOn } = await makeDeployment();
    const store = storeOn();
    await expect(store.change((set) => serveGeneration(set, 2, Date.now()))).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    expect(await store.change((set) => set)).toEqual(firstGenerations);
    expect(await storeOn().read()).toEqual(firstGenerations);
  });

  it('makes a change once although answers are lost, or the store refuses for a while', async () => {
    const { storeOn } = await makeDeployment();
    const proxy = await proxyToDynamo();
    try {
      const store = storeOn(proxy.endpoint);
      proxy.setFaults({ dropAnswerRate: 0.5, throttleRate: 0.2, errorRate: 0.2 }, 3);
      const opened = await until(
        // What it says when it is not known whether the change took place is safe to look into again.
        async () => {
          await store.change((set) => (set.open.length > 1 ? set : openGeneration(set, origin))).catch(() => undefined);
          return (await storeOn().read()).open.length > 1;
        },
        30_000,
        'the change to be made',
      );
      expect(opened).toBe(true);
      proxy.setFaults({ dropAnswerRate: 0, throttleRate: 0, errorRate: 0 });
      expect(await storeOn().read()).toMatchObject({ next: 3, open: [{ number: 1 }, { number: 2 }] });
      expect(proxy.counts().dropped + proxy.counts().failed + proxy.counts().throttled).toBeGreaterThan(0);
    } finally {
      await proxy.stop();
    }
  });

  it('knows its own change again whose answer was lost', async () => {
    const { storeOn } = await makeDeployment();
    const proxy = await proxyToDynamo();
    try {
      const store = storeOn(proxy.endpoint);
      proxy.setFaults({ dropAnswerRate: 1, operations: ['BatchExecuteStatement'] });
      let asked = 0;
      const changing = store.change((set) => {
        asked += 1;
        return openGeneration(set, origin);
      });
      await until(() => Promise.resolve(proxy.counts().dropped > 0), 10_000, 'an answer to be lost');
      proxy.setFaults({ dropAnswerRate: 0 });
      expect(await changing).toMatchObject({ next: 3, open: [{ number: 1 }, { number: 2, state: 'replaying' }] });
      expect(asked).toBe(1);
    } finally {
      await proxy.stop();
    }
  });

  it('is followed by a watcher, through an absence of the store and a listener that fails', async () => {
    const { storeOn } = await makeDeployment();
    const proxy = await proxyToDynamo();
    const seen: GenerationSet[] = [];
    let failures = 1;
    const watcher = new GenerationWatcher({
      store: storeOn(proxy.endpoint),
      logger: silentLogger(),
      known: firstGenerations,
      everyMs: 20,
      onChange: (set) => {
        failures -= 1;
        if (failures >= 0) return Promise.reject(new Error('not yet'));
        seen.push(set);
        return Promise.resolve();
      },
    });
    await watcher.start();
    try {
      const opened = await storeOn().change((set) => openGeneration(set, origin));
      await until(() => Promise.resolve(seen.length === 1), 10_000, 'the first change to be told');
      proxy.setFaults({ errorRate: 1 });
      const fed = await storeOn().change((set) => feed(set, 2));
      const failed = proxy.counts().failed;
      await until(() => Promise.resolve(proxy.counts().failed > failed), 10_000, 'a look at the absent store');
      expect(seen).toEqual([opened]);
      proxy.setFaults({ errorRate: 0 });
      await until(() => Promise.resolve(seen.length === 2), 10_000, 'the second change to be told');
      expect(seen).toEqual([opened, fed]);
    } finally {
      await watcher.stop();
      await proxy.stop();
    }
  });
});

describe('the removal of a generation', () => {
  it('removes its tiles and checkpoints, however many, and no others', async () => {
    const { client, tables } = await makeDeployment();
    const tilesOf = (generation: number) => new DynamoTileStore({ client, table: tables.tiles, generation });
    const fill = (generation: number, users: number) => {
      const store = tilesOf(generation);
      return Promise.all(
        Array.from({ length: users }, (_, user) =>
          store.write(firstWrite({ owner: { kind: 'user', profileKey: `u${user}` }, day: user % 3, region: 'r' })),
        ),
      );
    };
    await Promise.all([fill(1, 110), fill(12, 5), fill(2, 7)]);
    expect(await removeGenerationTiles({ client, tables }, 1)).toBe(110);
    expect(await removeGenerationTiles({ client, tables }, 1)).toBe(0);
    const left = async (generation: number): Promise<number> => {
      let tiles = 0;
      for await (const { version } of tilesOf(generation).scan()) tiles += version;
      return tiles;
    };
    expect(await Promise.all([1, 12, 2].map(left))).toEqual([0, 5, 7]);
  });

  it('removes the checkpoints of one reader', async () => {
    const { client, tables } = await makeDeployment();
    const of = (reader: string) => new DynamoCheckpointStore({ client, table: tables.control, reader });
    const mark = { sequence: 5, timestampNs: 5n };
    for (const reader of ['a/1', 'a/2'])
      for (const part of [0, 1, 2]) await of(reader).write(part, { mark, version: 1, writer: 'w' }, 0);
    await removeCheckpoints({ client, tables }, { reader: 'a/1', parts: 3 });
    const marks = async (reader: string) =>
      Promise.all([0, 1, 2].map(async (part) => (await of(reader).read(part))?.mark));
    expect(await marks('a/1')).toEqual([undefined, undefined, undefined]);
    expect(await marks('a/2')).toEqual([mark, mark, mark]);
  });
});
