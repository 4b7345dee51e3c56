import { compareTiles, countNaively, type DatasetInteraction } from '@affinity/datasets';
import { dayOf, formatDay, parseSchema, type AttributeValue, type Schema } from '@affinity/domain';
import { DynamoTileStore, tableNames, type StoredTile } from '@affinity/profile-storage';
import { until } from '@affinity/testing';
import { setTimeout as delay } from 'node:timers/promises';
import { startRebuildSystem, type RebuildSystem } from './rebuild-system';

const dayMs = 86_400_000;
const today = dayOf(Date.now());
const users = Array.from({ length: 40 }, (_, i) => `user${i}`);
const colours = ['red', 'blue', 'green'];
const items: ReadonlyMap<string, ReadonlyMap<string, AttributeValue>> = new Map(
  Array.from({ length: 30 }, (_, i) => [
    `item${i}`,
    new Map<string, AttributeValue>([
      ['colour', colours[i % colours.length] ?? ''],
      ['price', 100 * (i + 1)],
    ]),
  ]),
);

const schemaDocument = {
  version: 'test',
  event_types: { view: 1, park: 5 },
  allowed_lateness_days: 30,
  dimensions: [
    { name: 'colour', kind: 'categorical' },
    { name: 'price', kind: 'numeric' },
  ],
};

const schema = ((): Schema => {
  const parsed = parseSchema(schemaDocument);
  if (parsed.kind === 'invalid') throw new Error(parsed.problems.join());
  return parsed.schema;
})();

/** The days that the bug spoils. */
const spoiled = { from: today - 8, to: today - 2 };

describe('affinity rebuild', () => {
  let system: RebuildSystem;
  const published: DatasetInteraction[] = [];

  beforeAll(async () => {
    system = await startRebuildSystem(JSON.stringify(schemaDocument)); // JSON is YAML.
  }, 240_000);

  afterAll(() => system.stop(), 60_000);

  async function publishOne(): Promise<void> {
    const i = published.length;
    const event: DatasetInteraction = {
      eventId: `e${i}`,
      userId: users[(i * 7) % users.length] ?? '',
      sessionId: '',
      eventType: i % 9 === 0 ? 'park' : 'view',
      itemId: `item${(i * 11) % 30}`,
      occurredAtMs: Date.now() - ((i * 13 + Math.floor(i / users.length)) % 10) * dayMs,
    };
    published.push(event);
    await system.publish(event, items.get(event.itemId) ?? new Map());
  }

  async function tilesOf(generation: number): Promise<readonly StoredTile[]> {
    const tiles: StoredTile[] = [];
    const table = tableNames(system.tablePrefix).tiles;
    for await (const tile of new DynamoTileStore({ client: system.dynamo, table, generation }).scan()) tiles.push(tile);
    return tiles;
  }

  async function counted(generation: number, kind: 'user' | 'population'): Promise<number> {
    const own = (await tilesOf(generation)).filter(({ key }) => key.owner.kind === kind);
    return own.reduce((sum, { tile }) => sum + tile.eventCount, 0);
  }

  async function everythingCounted(generation: number): Promise<void> {
    for (const kind of ['user', 'population'] as const)
      await until(
        async () => (await counted(generation, kind)) >= published.length,
        60_000,
        `all events in the ${kind} tiles of generation ${generation}`,
      );
  }

  async function differences(generation: number): Promise<readonly string[]> {
    const stored = (await tilesOf(generation)).flatMap(({ key, tile }) =>
      key.owner.kind === 'user' ? [{ key: key.owner.profileKey, day: key.day, tile }] : [],
    );
    // Events of one moment may reach the stream in another order than they were made.
    return (await compareTiles(countNaively(published, { items, schema }), stored, { schema, order: 'any' }))
      .differences;
  }

  /** Counts the colours of the spoiled days twice in what is stored. */
  async function spoil(generation: number): Promise<void> {
    const table = tableNames(system.tablePrefix).tiles;
    const store = new DynamoTileStore({ client: system.dynamo, table, generation });
    for (const stored of await tilesOf(generation)) {
      const { key, tile, version } = stored;
      const colour = tile.dimensions.get('colour');
      if (key.owner.kind !== 'user' || key.day < spoiled.from || key.day > spoiled.to || colour?.kind !== 'categorical')
        continue;
      for (const [value, weight] of colour.weights) colour.weights.set(value, 2 * weight);
      const changed = new Map([['colour', colour] as const]);
      const versions = { expectedVersion: version, newVersion: version + 1 };
      const written = await store.write({
        ...stored,
        ...versions,
        changed,
        eventCount: tile.eventCount,
        writer: 'bug',
      });
      expect(written.kind).toBe('written');
    }
  }

  const day = (number: number): string => formatDay(number);

  it('makes what the live writers made, for every user-day', async () => {
    while (published.length < 1_500) await Promise.all(Array.from({ length: 50 }, publishOne));
    await everythingCounted(1);
    await until(async () => (await system.linesInLake()) >= published.length, 60_000, 'all events in the lake');
    expect(JSON.parse(await system.affinity('rebuild', '--from', day(today - 15), '--dry-run'))).toMatchObject({
      generation: 2,
      copiedFrom: 1,
    });
    const report = JSON.parse(await system.affinity('rebuild', '--from', day(today - 15), '--verify')) as unknown;
    expect(report).toMatchObject({
      generation: 2,
      counted: published.length,
      tilesCopied: 0,
      verification: { equal: 400, differing: 0, missing: 0, surplus: 0 },
    });
    expect(await differences(2)).toEqual([]);
    await expect(system.affinity('generations', 'drop', '1')).rejects.toThrow('is being served');
    expect(await system.affinity('generations', 'drop', '2', '--wait', '2')).toContain('"tilesRemoved"');
    expect(await tilesOf(2)).toEqual([]);
  }, 180_000);

  it('mends a dimension that was counted twice, while reads and events go on and both the rebuild and the writers die', async () => {
    await spoil(1);
    expect((await differences(1)).length).toBeGreaterThan(0);
    const load = new AbortController();
    const failed: unknown[] = [];
    let reads = 0;
    const every = async (ms: number, work: () => Promise<unknown>): Promise<void> => {
      while (!load.signal.aborted) {
        await work().catch((error: unknown) => failed.push(error));
        await delay(ms, undefined, { signal: load.signal }).catch(() => undefined);
      }
    };
    const running = [
      every(10, publishOne),
      every(20, async () => {
        const { info } = await system.readProfile(users[reads % users.length] ?? '');
        expect(info?.stale).toBe(false);
        reads += 1;
      }),
    ];
    const range = ['--from', day(spoiled.from), '--to', day(spoiled.to)];
    await system.affinityKilledAt('copied', 'rebuild', ...range, '--writes-per-second', '150');
    await system.aggregator.kill();
    await system.aggregator.restart();
    const report = JSON.parse(await system.affinity('rebuild', ...range, '--verify')) as {
      readonly resumed: boolean;
      readonly verification: { readonly differing: number; readonly missing: number; readonly days: object };
    };
    expect(report).toMatchObject({ generation: 3, resumed: true, verification: { missing: 0, surplus: 0 } });
    // Only what the bug touched differs: 40 users on 7 days at most, and no other day.
    expect(report.verification.differing).toBeGreaterThan(0);
    const allowed = Array.from({ length: 7 }, (_, i) => day(spoiled.from + i));
    expect(allowed).toEqual(expect.arrayContaining(Object.keys(report.verification.days)));

    for (const [command, serving] of [
      [['switch', '3'], 3],
      [['rollback'], 1],
      [['rollback'], 3],
    ] as const) {
      expect(JSON.parse(await system.affinity('generations', ...command))).toMatchObject({ serving });
      await until(() => Promise.resolve(system.serves(serving)), 20_000, `generation ${serving} to be served`);
      const before = reads;
      await until(() => Promise.resolve(reads > before + 20), 20_000, 'reads to go on');
    }
    load.abort();
    await Promise.all(running);
    expect(failed).toEqual([]);
    await everythingCounted(3);
    expect(await differences(3)).toEqual([]);
    const last = published.at(-1);
    await until(
      async () => (await system.readProfile(last?.userId ?? '')).profile?.eventCount === eventsOf(last?.userId ?? ''),
      20_000,
      'the served profile to have all events',
    );
    expect(await system.affinity('generations', 'drop', '1', '--wait', '2')).toContain('"tilesRemoved"');
    expect(await tilesOf(1)).toEqual([]);
    expect(JSON.parse(await system.affinity('generations', 'list'))).toMatchObject({
      serving: 3,
      generations: [{ generation: 3, state: 'fed' }],
    });
  }, 240_000);

  function eventsOf(userId: string): bigint {
    return BigInt(published.filter((event) => event.userId === userId).length);
  }
});
