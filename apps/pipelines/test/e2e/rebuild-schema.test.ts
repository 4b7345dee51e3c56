import { dayOf, formatDay } from '@affinity/domain';
import { schemaOf } from '@affinity/domain/fixtures';
import { until } from '@affinity/testing';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RebuildHistory, users } from './rebuild-history';
import { startRebuildSystem, type RebuildSystem } from './rebuild-system';

const liveDocument = {
  version: 'live',
  event_types: { view: 1, park: 5 },
  allowed_lateness_days: 30,
  dimensions: [
    { name: 'colour', kind: 'categorical' },
    { name: 'price_range', kind: 'range', source: 'price', edges: [1_500] },
  ],
};

/** With one dimension more, and one that is changed. */
const previewDocument = {
  ...liveDocument,
  version: 'preview',
  dimensions: [
    { name: 'colour', kind: 'categorical' },
    { name: 'brand', kind: 'categorical' },
    { name: 'price_range', kind: 'range', source: 'price', edges: [500, 1_000, 2_000] },
  ],
};

const live = schemaOf(liveDocument);
const preview = schemaOf(previewDocument);
const from = ['--from', formatDay(dayOf(Date.now()) - 15)];

describe('affinity rebuild --schema', () => {
  let folder: string;
  let schemaFile: string;
  let system: RebuildSystem;
  let history: RebuildHistory;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'affinity-schema-'));
    schemaFile = join(folder, 'preview.yaml');
    await writeFile(schemaFile, JSON.stringify(previewDocument)); // JSON is YAML.
    system = await startRebuildSystem(JSON.stringify(liveDocument));
    history = new RebuildHistory(system);
  }, 240_000);

  afterAll(async () => {
    await system.stop();
    await rm(folder, { recursive: true });
  }, 60_000);

  /** The values of a dimension in the served profile of a user; undefined: it has no such dimension. */
  async function servedValues(dimension: string): Promise<readonly string[] | undefined> {
    const { profile } = await system.readProfile(users[0] ?? '');
    const state = profile?.dimensions.find(({ name }) => name === dimension)?.state;
    return state?.$case === 'categorical' ? state.value.categories.map(({ value }) => value).sort() : undefined;
  }

  async function untilServed(generation: number): Promise<void> {
    await until(() => Promise.resolve(system.serves(generation)), 20_000, `generation ${generation} to be served`);
  }

  it('refuses a schema that is none, naming what is wrong with it, and opens no generation', async () => {
    const broken = join(folder, 'broken.yaml');
    await writeFile(broken, JSON.stringify({ ...previewDocument, dimensions: [{ name: 'brand', kind: 'colourful' }] }));
    await expect(system.affinity('rebuild', ...from, '--schema', broken)).rejects.toThrow(/kind/);
    expect(JSON.parse(await system.affinity('generations', 'list'))).toMatchObject({
      generations: [{ generation: 1 }],
    });
  }, 60_000);

  it('counts history by the new schema, beside the one that is served and goes on by its own', async () => {
    await history.publishUpTo(600);
    await history.untilCounted(1);
    await history.untilInLake();
    const report: unknown = JSON.parse(await system.affinity('rebuild', ...from, '--schema', schemaFile));
    expect(report).toMatchObject({ generation: 2, counted: history.published.length, tilesCopied: 0 });
    await history.publishUpTo(800);
    await Promise.all([history.untilCounted(1), history.untilCounted(2)]);
    expect(await history.differences(1, live)).toEqual([]);
    expect(await history.differences(2, preview)).toEqual([]);
    // The comparison sees the difference that it is about.
    expect((await history.differences(2, live)).length).toBeGreaterThan(0);
    expect(await servedValues('brand')).toBeUndefined();
    expect(await servedValues('price_range')).toEqual(['(-inf,1500)', '[1500,inf)']);
  }, 180_000);

  it('serves by the new schema after a switch, and by the old one after a rollback', async () => {
    await system.affinity('generations', 'switch', '2');
    await untilServed(2);
    expect(await servedValues('brand')).toEqual(['one', 'other']);
    expect(await servedValues('price_range')).toEqual(['(-inf,500)', '[1000,2000)', '[2000,inf)']);
    await system.affinity('generations', 'rollback');
    await untilServed(1);
    expect(await servedValues('brand')).toBeUndefined();
    expect(await servedValues('price_range')).toEqual(['(-inf,1500)', '[1500,inf)']);
  }, 120_000);
});
