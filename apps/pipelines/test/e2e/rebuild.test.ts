import { dayOf, formatDay } from '@affinity/domain';
import { schemaOf } from '@affinity/domain/fixtures';
import { DynamoTileStore, tableNames } from '@affinity/profile-storage';
import { until } from '@affinity/testing';
import { days, RebuildHistory, users } from './rebuild-history';
import { startRebuildSystem, type RebuildSystem } from './rebuild-system';
import { SteadyLoad } from './steady-load';

const today = dayOf(Date.now());
const userDays = users.length * days;

const schemaDocument = {
  version: 'test',
  event_types: { view: 1, park: 5 },
  allowed_lateness_days: 30,
  dimensions: [
    { name: 'colour', kind: 'categorical' },
    { name: 'price', kind: 'numeric' },
  ],
};

const schema = schemaOf(schemaDocument);

/** The week that the bug spoils. */
const spoiled = { from: today - 8, to: today - 2 };

/** What of a rebuild's report is looked at. */
interface Report {
  readonly resumed: boolean;
  readonly verification: { readonly differing: number; readonly missing: number; readonly days: object };
}

describe('affinity rebuild', () => {
  let system: RebuildSystem;
  let history: RebuildHistory;

  beforeAll(async () => {
    system = await startRebuildSystem(JSON.stringify(schemaDocument)); // JSON is YAML.
    history = new RebuildHistory(system);
  }, 240_000);

  afterAll(() => system.stop(), 60_000);

  /** Counts the colours of the spoiled week twice in what is stored. */
  async function spoil(generation: number): Promise<void> {
    const table = tableNames(system.tablePrefix).tiles;
    const store = new DynamoTileStore({ client: system.dynamo, table, generation });
    for (const stored of await history.tilesOf(generation)) {
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

  async function readProfile(n: number): Promise<void> {
    const { profile } = await system.readProfile(users[n % users.length] ?? '');
    expect(profile?.eventCount).toBeGreaterThan(0n);
  }

  it('makes what the live writers made, for every user-day', async () => {
    await history.publishUpTo(1_500);
    await history.untilCounted(1);
    await history.untilInLake();
    const from = ['--from', formatDay(today - 15)];
    const planned: unknown = JSON.parse(await system.affinity('rebuild', ...from, '--dry-run'));
    expect(planned).toMatchObject({ generation: 2, copiedFrom: 1 });
    const report: unknown = JSON.parse(await system.affinity('rebuild', ...from, '--verify'));
    expect(report).toMatchObject({
      generation: 2,
      counted: history.published.length,
      tilesCopied: 0,
      verification: { equal: userDays, differing: 0, missing: 0, surplus: 0 },
    });
    expect(await history.differences(2, schema)).toEqual([]);
    await expect(system.affinity('generations', 'drop', '1')).rejects.toThrow('is being served');
    expect(await system.affinity('generations', 'drop', '2', '--wait', '2')).toContain('"tilesRemoved"');
    expect(await history.tilesOf(2)).toEqual([]);
  }, 180_000);

  it('mends a dimension that was counted twice for a week, while 50 reads and 100 events a second go on and both the rebuild and the writers die', async () => {
    await spoil(1);
    expect((await history.differences(1, schema)).length).toBeGreaterThan(0);
    const events = new SteadyLoad(100, () => history.publishOne());
    const reads = new SteadyLoad(50, readProfile);
    const week = ['--from', formatDay(spoiled.from), '--to', formatDay(spoiled.to)];
    await system.affinityKilledAt('copied', 'rebuild', ...week, '--writes-per-second', '150');
    await system.aggregator.kill();
    await system.aggregator.restart();
    const report = JSON.parse(await system.affinity('rebuild', ...week, '--verify')) as Report;
    expect(report).toMatchObject({ generation: 3, resumed: true, verification: { missing: 0, surplus: 0 } });
    // Only what the bug touched differs, and no other day.
    expect(report.verification.differing).toBeGreaterThan(0);
    expect(report.verification.differing).toBeLessThanOrEqual(users.length * 7);
    const allowed = Array.from({ length: 7 }, (_, i) => formatDay(spoiled.from + i));
    expect(allowed).toEqual(expect.arrayContaining(Object.keys(report.verification.days)));

    for (const [command, serving] of [
      [['switch', '3'], 3],
      [['rollback'], 1],
      [['rollback'], 3],
    ] as const) {
      expect(JSON.parse(await system.affinity('generations', ...command))).toMatchObject({ serving });
      await until(() => Promise.resolve(system.serves(serving)), 20_000, `generation ${serving} to be served`);
      const before = reads.done;
      await until(() => Promise.resolve(reads.done > before + 50), 20_000, 'reads to go on');
    }
    await Promise.all([events.end(), reads.end()]);
    expect({ events: events.failures, reads: reads.failures }).toEqual({ events: [], reads: [] });
    expect(history.published).toHaveLength(1_500 + events.done);
    await history.untilCounted(3);
    expect(await history.differences(3, schema)).toEqual([]);
  }, 240_000);

  it('serves the mended profiles, which a rebuild of everything finds equal for every user-day', async () => {
    const { userId = '' } = history.published.at(-1) ?? {};
    await until(
      async () => (await system.readProfile(userId)).profile?.eventCount === BigInt(history.eventsOf(userId)),
      20_000,
      'the served profile to have all events',
    );
    expect(JSON.parse(await system.affinity('generations', 'expire'))).toEqual({ expired: [] });
    const expired: unknown = JSON.parse(await system.affinity('generations', 'expire', '--days', '0', '--wait', '2'));
    expect(expired).toMatchObject({ expired: [{ generation: 1 }] });
    expect(await history.tilesOf(1)).toEqual([]);
    await history.untilInLake();
    const report: unknown = JSON.parse(
      await system.affinity('rebuild', '--from', formatDay(today - 15), '--verify', '--writes-per-second', '5000'),
    );
    expect(report).toMatchObject({
      generation: 4,
      copiedFrom: 3,
      counted: history.published.length,
      tilesCopied: 0,
      verification: { differing: 0, missing: 0, surplus: 0, days: {} },
    });
    await system.affinity('generations', 'drop', '4', '--wait', '2');
    expect(JSON.parse(await system.affinity('generations', 'list'))).toMatchObject({
      serving: 3,
      generations: [{ generation: 3, state: 'fed' }],
    });
  }, 180_000);
});
