import { seededRandom } from '@affinity/testing';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runAffinity } from '../run-affinity';
import { makeLake, putEvents, type LakeFixture, type TestEvent } from './upstream-fixture';

const schemaYaml = `
version: "1"
event_types: { view: 1, impression: 0 }
dimensions: [{ name: colour, kind: categorical, prior_strength: 1 }]
`;
const colours = ['red', 'blue', 'green', 'white'];
const visitors = 40;
const day = '2026-11-20';

/** Visitors who each view items of one colour only, 12 each, in turn. */
function views(): TestEvent[] {
  const random = seededRandom(3);
  return Array.from({ length: visitors * 12 }, (_, n): TestEvent => {
    const visitor = n % visitors;
    const item = Math.floor(random() * 20) * colours.length + (visitor % colours.length);
    return {
      id: `e${n}`,
      sequence: n + 1,
      at: new Date(Date.parse(`${day}T01:00:00Z`) + n * 1_000).toISOString(),
      user: `u${visitor}`,
      item: `i${item}`,
      attributes: { colour: colours[item % colours.length] ?? '' },
    };
  });
}

interface Results {
  readonly visitors: number;
  readonly methods: readonly {
    readonly method: string;
    readonly means: Readonly<Record<string, { readonly mean: number }>>;
  }[];
}

describe('affinity evaluate recommendations', () => {
  let lake: LakeFixture;

  beforeEach(async () => {
    lake = await makeLake();
    await writeFile(join(lake.folder, 'schema.yaml'), schemaYaml);
  });

  afterEach(() => lake.remove());

  async function evaluate(...args: readonly string[]): Promise<Results> {
    const json = join(lake.folder, 'results.json');
    const command = ['evaluate', 'recommendations', '--split', 'last1', '--json', json, ...args];
    await runAffinity(lake.environment, command);
    return JSON.parse(await readFile(json, 'utf8')) as Results;
  }

  const ndcgOf = ({ methods }: Results, name: string): number =>
    methods.find(({ method }) => method === name)?.means['NDCG@10']?.mean ?? Number.NaN;

  it('tells from the lake what it tells from a folder of the same events', async () => {
    const events = views();
    await putEvents(lake.store, events);
    await lake.curate();
    const fromLake = await evaluate('--from', day, '--to', day);
    expect(ndcgOf(fromLake, 'preference')).toBeGreaterThan(1.5 * ndcgOf(fromLake, 'popularity'));

    const items = new Map(events.map(({ item, attributes }) => [item, attributes?.['colour']]));
    const itemLines = [...items].map(([item, colour]) => `${item},${String(colour)}`);
    await writeFile(join(lake.folder, 'items.csv'), ['item_id,colour', ...itemLines, ''].join('\n'));
    const rows = events.map(({ user, item, at }) => `${user},${item},${Date.parse(at) / 1_000 - 1}`);
    await writeFile(join(lake.folder, 'interactions.csv'), ['user_id,item_id,timestamp', ...rows, ''].join('\n'));
    const fromFolder = await evaluate('--data', lake.folder);
    expect(fromLake.visitors).toBe(fromFolder.visitors);
    for (const name of ['popularity', 'model', 'preference'])
      expect(ndcgOf(fromLake, name)).toBeCloseTo(ndcgOf(fromFolder, name), 9);
  }, 60_000);

  it('refuses days that were not curated, and to guess what to evaluate on', async () => {
    await putEvents(lake.store, views());
    await expect(evaluate('--from', day, '--to', day)).rejects.toThrow('run "affinity lake curate" first');
    await expect(evaluate()).rejects.toThrow('--data');
    await expect(evaluate('--data', lake.folder, '--from', day, '--to', day)).rejects.toThrow('cannot be used with');
  });
});
