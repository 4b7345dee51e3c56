import { dayOf, defaultFeatures, emptyTile, featureValues, foldInteraction, parseFeature } from '@affinity/domain';
import { schemaOf } from '@affinity/domain/fixtures';
import type { DatedTile, DayTile, Feature, Interaction, Schema } from '@affinity/domain';
import { type LocalObjectStore, type SqlRow } from '@affinity/lake';
import { measureSkew, type OnlineVector } from '../../src/lake/training/skew';
import { makeTrainingSet, type TrainingSetOptions } from '../../src/lake/training/training-set';
import { allRows, day, makeLake, prefix, putEvents, type LakeFixture, type TestEvent } from './upstream-fixture';

function schema(): Schema {
  return schemaOf({
    version: '1',
    event_types: { view: 1, park: 5, unpark: -5 },
    retention_days: 30,
    clock: 'newest-event',
    dimensions: [
      { name: 'colour', kind: 'categorical' },
      { name: 'price', kind: 'numeric' },
    ],
  });
}

/** What the live writer has counted after these interactions, found in the plainest way. */
function plainVector(interactions: readonly Interaction[], today: number): readonly number[] {
  const tiles = new Map<number, DayTile>();
  for (const interaction of interactions) {
    const tileDay = dayOf(interaction.occurredAtMs);
    const tile = tiles.get(tileDay) ?? emptyTile();
    tiles.set(tileDay, tile);
    foldInteraction(tile, interaction, { schema: schema() });
  }
  const dated: DatedTile[] = [...tiles]
    .map(([tileDay, tile]) => ({ day: tileDay, tile }))
    .sort((a, b) => a.day - b.day);
  const features = defaultFeatures(schema()).map((name) => parseFeature(name, schema()) as Feature);
  return featureValues(features, { tiles: dated, today, userFeatures: undefined });
}

function interactionOf(event: TestEvent): Interaction {
  return {
    eventId: event.id,
    profileKey: event.user ?? `session:${event.session}`,
    eventType: event.type ?? 'view',
    itemId: event.item ?? 'i1',
    occurredAtMs: Date.parse(event.occurredAt ?? event.at),
    receivedAtMs: Date.parse(event.at),
    attributes: new Map(Object.entries(event.attributes ?? {})),
  };
}

/** 200 events of 7 users in stream order; one in eight comes hours after it happened. */
function history(): TestEvent[] {
  return Array.from({ length: 200 }, (_, i) => {
    const atMs = Date.parse('2026-11-20T01:00:00Z') + i * 60_000;
    const lateMs = i % 8 === 3 ? 40 * 3_600_000 : 0;
    return {
      id: `e${i}`,
      user: `u${(i * i) % 7}`,
      type: i % 11 === 5 ? 'park' : 'view',
      item: `i${i % 13}`,
      sequence: i + 1,
      at: new Date(atMs).toISOString(),
      occurredAt: new Date(atMs - lateMs).toISOString(),
      attributes: { colour: ['red', 'blue', 'green'][i % 3]!, price: 1_000 / (i + 3) },
    };
  });
}

describe('makeTrainingSet', () => {
  let lake: LakeFixture;
  let store: LocalObjectStore;

  beforeEach(async () => {
    lake = await makeLake();
    ({ store } = lake);
  });

  afterEach(() => lake.remove());

  async function curate(events: readonly TestEvent[]): Promise<void> {
    await putEvents(store, events);
    await lake.curate();
  }

  async function train(over: Partial<TrainingSetOptions> = {}) {
    const outcome = await makeTrainingSet({
      store,
      openEngine: () => lake.openEngine(),
      prefix,
      schema: schema(),
      day,
      labels: ['park'],
      scratchFolder: lake.folder,
      progress: () => undefined,
      ...over,
    });
    if (outcome.kind === 'planned') throw new Error('planned only');
    return outcome;
  }

  async function rowsOf(keys: readonly string[]): Promise<ReadonlyMap<string, SqlRow>> {
    const engine = await lake.openEngine();
    try {
      const paths = keys.map((key) => `'${store.pathOf(key)}'`).join(', ');
      const rows = await allRows(engine, `SELECT * FROM read_parquet([${paths}])`);
      return new Map(rows.map((row) => [String(row['event_id']), row]));
    } finally {
      await engine.close();
    }
  }

  const vectorOf = (row: SqlRow): number[] => defaultFeatures(schema()).map((name) => Number(row[name] ?? Number.NaN));

  it('gives each interaction the features of what stood before it and did not happen after it, to the bit', async () => {
    const events = history();
    await curate(events);
    const { manifest } = await train();
    expect(manifest.counts).toMatchObject({ rows: 200, profiles: new Set(events.map(({ user }) => user)).size });
    const rows = await rowsOf(manifest.outputs.map(({ key }) => key));
    for (const [i, event] of events.entries()) {
      const self = interactionOf(event);
      const past = events
        .slice(0, i)
        .map(interactionOf)
        .filter(({ profileKey, occurredAtMs }) => profileKey === self.profileKey && occurredAtMs <= self.occurredAtMs);
      const row = rows.get(event.id)!;
      expect(row['label']).toBe(event.type === 'park' ? 1 : 0);
      expect(vectorOf(row)).toEqual(plainVector(past, dayOf(self.occurredAtMs)));
    }
  });

  it('is the same for the past whatever the future holds', async () => {
    const events = history();
    await curate(events.slice(0, 120));
    const before = await rowsOf((await train()).manifest.outputs.map(({ key }) => key));
    const changed = events
      .slice(120)
      .map((event) => ({ ...event, type: 'park', attributes: { colour: 'pink', price: 1e9 } }));
    await putEvents(store, changed, { shard: 1 });
    await curate(events.slice(0, 120));
    const after = await rowsOf((await train()).manifest.outputs.map(({ key }) => key));
    expect(after.size).toBe(200);
    for (const [id, row] of before) expect(after.get(id)).toEqual(row);
  });

  it('adds the customer data that was valid then', async () => {
    const at = (hour: number): string => `2026-11-20T0${hour}:00:00.000Z`;
    await curate(
      [1, 3, 5].map((hour, i) => ({ id: `e${hour}`, user: 'u', sequence: i + 1, at: at(hour), occurredAt: at(hour) })),
    );
    const engine = await lake.openEngine();
    const values = `VALUES ('u', 'new', 1.5, TIMESTAMP '2026-11-20 02:00:00'), ('u', 'old', 2.5, TIMESTAMP '2026-11-20 05:00:00')`;
    await engine.unload(
      `SELECT * FROM (${values}) AS t (user_id, segment, age, valid_from)`,
      `lake/${prefix}/customers/`,
    );
    await engine.close();
    const columns = [
      { name: 'user_id', type: 'varchar' },
      { name: 'segment', type: 'varchar' },
      { name: 'age', type: 'double' },
      { name: 'valid_from', type: 'timestamp' },
    ];
    const body = Buffer.from(JSON.stringify({ columns }));
    await store.put(`lake/${prefix}/customers/_table.json`, { body, contentType: 'application/json', metadata: {} });
    const rows = await rowsOf((await train()).manifest.outputs.map(({ key }) => key));
    const found = ['e1', 'e3', 'e5'].map((id) => [rows.get(id)!['customer_segment'], rows.get(id)!['customer_age']]);
    expect(found).toEqual([
      [null, null],
      ['new', 1.5],
      ['old', 2.5],
    ]);
  });

  it('does nothing again, refuses what it cannot know, and bounds what a profile takes', async () => {
    await curate(history());
    const first = await train({ maxEventsPerProfile: 10 });
    expect(first.manifest.counts.profilesTooLarge).toBeGreaterThan(0);
    expect((await train()).kind).toBe('unchanged');
    await expect(train({ labels: ['fly'] })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await expect(train({ features: ['user_features.age', 'colour.mean@7d'] })).rejects.toThrow(
      /user_features.age.*colour.mean/,
    );
  });

  describe('measureSkew', () => {
    const names = defaultFeatures(schema());

    async function skew(online: (profileKey: string) => OnlineVector) {
      const answer = (profileKey: string) => Promise.resolve(online(profileKey));
      return measureSkew({
        store,
        openEngine: () => lake.openEngine(),
        prefix,
        schema: schema(),
        day,
        sample: 5,
        online: answer,
        nowMs: 0,
      });
    }

    function served(profileKey: string): OnlineVector {
      const own = history()
        .map(interactionOf)
        .filter((event) => event.profileKey === profileKey);
      return { values: plainVector(own, day), asOfMs: own.at(-1)!.receivedAtMs };
    }

    it('finds no difference where both sides count alike', async () => {
      await curate(history());
      const profiles = new Set(history().map(({ user }) => user)).size;
      const sampled = Math.min(5, profiles);
      expect(await skew(served)).toEqual({
        sampled,
        compared: sampled,
        equal: sampled,
        mismatched: 0,
        otherEvents: 0,
        features: {},
      });
    });

    it('counts a difference in the last bit, and says nothing of profiles with other events', async () => {
      await curate(history());
      const mean = names.indexOf('price.mean@7d');
      let calls = 0;
      const report = await skew((profileKey) => {
        const vector = served(profileKey);
        calls += 1;
        if (calls === 1) return { ...vector, asOfMs: 1 };
        const off = vector.values.map((value, i) => (i === mean ? value * (1 + Number.EPSILON) : value));
        return calls === 2 ? { ...vector, values: off } : vector;
      });
      expect(report).toMatchObject({ mismatched: 1, otherEvents: 1, features: { 'price.mean@7d': 1 } });
    });
  });
});
