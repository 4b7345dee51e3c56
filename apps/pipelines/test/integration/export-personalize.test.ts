import type { Schema } from '@affinity/domain';
import { schemaOf } from '@affinity/domain/fixtures';
import { type LocalObjectStore } from '@affinity/lake';
import { exportPersonalize, type ExportOptions } from '../../src/lake/export/export-personalize';
import { day, makeLake, prefix, putEvents, type LakeFixture, type TestEvent } from './upstream-fixture';

const at = '2026-11-20T10:00:00Z';

function schema(): Schema {
  return schemaOf({
    version: '1',
    event_types: { view: 1, park: 5, unpark: -5 },
    dimensions: [
      { name: 'colour', kind: 'categorical' },
      { name: 'price_range', kind: 'range', source: 'price', edges: [10, 20] },
      { name: 'price', kind: 'numeric' },
    ],
  });
}

describe('exportPersonalize', () => {
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

  function run(over: Partial<ExportOptions> = {}) {
    return exportPersonalize({
      store,
      openEngine: () => lake.openEngine(),
      prefix,
      schema: schema(),
      day,
      columns: { eventType: false, eventValue: false, impressions: false },
      scratchFolder: lake.folder,
      progress: () => undefined,
      ...over,
    });
  }

  async function textOf(name: string): Promise<string> {
    return Buffer.from((await store.get(`downstream/recommender/2026-11-20/${name}`))!.body).toString();
  }

  /** 1,000 views of 30 users, and what must not be exported. */
  function enough(): TestEvent[] {
    const views = Array.from({ length: 1_000 }, (_, i) => ({
      id: `e${i}`,
      user: `u${i % 30}`,
      item: `i${i % 50}`,
      sequence: i + 1,
      at,
      occurredAt: new Date(1_700_000_000_500 + i * 1_000).toISOString(),
      attributes: { colour: i % 2 === 0 ? 'red' : ['blue', 'green'], price: i % 50 },
    }));
    return [
      ...views,
      { id: 'x1', user: 'u1', type: 'unpark', sequence: 2_001, at },
      { id: 'x2', session: 's', sequence: 2_002, at },
    ];
  }

  it('writes one plain CSV of interactions with the header that Personalize wants', async () => {
    await curate(enough());
    const outcome = await run();
    expect(outcome).toMatchObject({ kind: 'made', manifest: { counts: { interactions: 1_000, users: 30 } } });
    const [header, ...lines] = (await textOf('personalize_input.csv')).split('\n');
    expect(header).toBe('USER_ID,ITEM_ID,TIMESTAMP');
    expect(lines.pop()).toBe('');
    const expected = Array.from({ length: 1_000 }, (_, i) => `u${i % 30},i${i % 50},${1_700_000_000 + i}`);
    expect([...lines].sort()).toEqual([...expected].sort());
    expect(await run()).toMatchObject({ kind: 'unchanged' });
  });

  it('writes items with the attributes that dimensions count, and the schemas', async () => {
    await curate(enough());
    await run();
    const [header, ...lines] = (await textOf('items.csv')).trimEnd().split('\n');
    expect(header).toBe('ITEM_ID,COLOUR,PRICE');
    expect(lines).toHaveLength(50);
    expect(lines).toContain('i7,blue|green,7');
    expect(JSON.parse(await textOf('items_schema.json'))).toEqual({
      type: 'record',
      name: 'Items',
      namespace: 'com.amazonaws.personalize.schema',
      fields: [
        { name: 'ITEM_ID', type: 'string' },
        { name: 'COLOUR', type: ['null', 'string'], categorical: true },
        { name: 'PRICE', type: ['null', 'double'] },
      ],
      version: '1.0',
    });
    expect(JSON.parse(await textOf('personalize_input_schema.json'))).toMatchObject({ name: 'Interactions' });
    expect(await store.head('downstream/recommender/2026-11-20/users.csv')).toBeUndefined();
  });

  it('adds event type, value and impressions when told, and other types', async () => {
    const special = { id: 'p', user: 'u1', type: 'park', item: 'a,"b', value: 2.5, impression: ['i1', 'i2'] };
    await curate([...enough(), { ...special, sequence: 3_000, at, occurredAt: at }]);
    const columns = { eventType: true, eventValue: true, impressions: true };
    await run({ columns, eventTypes: ['park', 'view', 'unpark'] });
    const text = await textOf('personalize_input.csv');
    expect(text).toMatch(/^USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE,EVENT_VALUE,IMPRESSION\n/);
    expect(text).toContain(`\nu1,"a,""b",${Date.parse(at) / 1_000},park,2.5,i1|i2\n`);
    expect(text).toContain(',unpark,,\n');
    await expect(run({ eventTypes: ['fly'] })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  it('writes the newest row of each customer', async () => {
    await curate(enough());
    const engine = await lake.openEngine();
    const values = `VALUES ('u1', 'trade', 3, TIMESTAMP '2026-01-01 00:00:00'), ('u1', 'private', 4, TIMESTAMP '2026-02-01 00:00:00')`;
    await engine.unload(
      `SELECT * FROM (${values}) AS t (user_id, segment, age, valid_from)`,
      `lake/${prefix}/customers/`,
    );
    await engine.close();
    const columns = [
      { name: 'user_id', type: 'varchar' },
      { name: 'segment', type: 'varchar' },
      { name: 'age', type: 'integer' },
      { name: 'valid_from', type: 'timestamp' },
    ];
    const body = Buffer.from(JSON.stringify({ columns }));
    await store.put(`lake/${prefix}/customers/_table.json`, { body, contentType: 'application/json', metadata: {} });
    await run();
    expect(await textOf('users.csv')).toBe('USER_ID,SEGMENT,AGE\nu1,private,4\n');
  });

  it('says what is missing before it writes anything', async () => {
    await curate(enough().slice(0, 900));
    await expect(run()).rejects.toThrow('100 more interactions');
    expect(await store.head('downstream/recommender/2026-11-20/personalize_input.csv')).toBeUndefined();
    await expect(run({ day: day - 1 })).rejects.toThrow('lake curate');
  });

  it('counts and writes nothing in a dry run', async () => {
    await curate(enough());
    expect(await run({ dryRun: true })).toEqual({
      kind: 'planned',
      counts: { interactions: 1_000, users: 30, returningUsers: 30 },
    });
    expect(await store.head('downstream/recommender/2026-11-20/personalize_input.csv')).toBeUndefined();
  });
});
