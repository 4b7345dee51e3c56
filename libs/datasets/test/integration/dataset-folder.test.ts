import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { openDataset, type Dataset } from '../../src/index';

const items = 'item_id,colour,price\na,red,1.5\nb,blue|green,\n';
const interactions = 'user_id,item_id,timestamp,event_type,session_id,shop\nu,a,1000,View,,1\n,b,1001.5,park,s,2\n';

async function withFolder<T>(
  files: Readonly<Record<string, string | Buffer>>,
  use: (dir: string) => Promise<T>,
): Promise<T> {
  const dir = await mkdtemp(join(tmpdir(), 'affinity-dataset-'));
  try {
    for (const [name, content] of Object.entries(files)) await writeFile(join(dir, name), content);
    return await use(dir);
  } finally {
    await rm(dir, { recursive: true });
  }
}

async function all<T>(rows: AsyncIterable<T>): Promise<readonly T[]> {
  const found: T[] = [];
  for await (const row of rows) found.push(row);
  return found;
}

async function readAll(dataset: Dataset): Promise<void> {
  await all(dataset.items());
  await all(dataset.interactions());
  await all(dataset.truth());
}

describe('openDataset', () => {
  it('reads plain and gzipped files alike', async () => {
    const gzipped = { 'items.csv.gz': gzipSync(items), 'interactions.csv.gz': gzipSync(interactions) };
    for (const files of [{ 'items.csv': items, 'interactions.csv': interactions }, gzipped]) {
      await withFolder(files, async (dir) => {
        const dataset = await openDataset(dir);
        expect([dataset.itemCount, dataset.interactionCount, dataset.schemaOrigin]).toEqual([2, 2, 'derived']);
        expect(dataset.notes).toEqual(['interactions column shop is ignored']);
        expect(await all(dataset.items())).toEqual([
          {
            itemId: 'a',
            attributes: new Map<string, unknown>([
              ['colour', ['red']],
              ['price', 1.5],
            ]),
          },
          { itemId: 'b', attributes: new Map([['colour', ['blue', 'green']]]) },
        ]);
        expect(await all(dataset.interactions())).toEqual([
          expect.objectContaining({
            userId: 'u',
            sessionId: '',
            eventType: 'view',
            itemId: 'a',
            occurredAtMs: 1_000_000,
          }),
          expect.objectContaining({
            userId: '',
            sessionId: 's',
            eventType: 'park',
            itemId: 'b',
            occurredAtMs: 1_001_500,
          }),
        ]);
      });
    }
  });

  it('gives the same event ids in every reading, and different ones to equal rows', async () => {
    const repeated = 'user_id,item_id,timestamp\nu,a,1\nu,a,1\n';
    await withFolder({ 'items.csv': items, 'interactions.csv': repeated }, async (dir) => {
      const dataset = await openDataset(dir);
      const [first, second] = [await all(dataset.interactions()), await all(dataset.interactions())];
      expect(first).toEqual(second);
      expect(first[0]?.eventId).not.toBe(first[1]?.eventId);
    });
  });

  it('follows a schema file, also in the types of columns', async () => {
    const schema = 'version: "1"\nevent_types: {view: 1, park: 7}\ndimensions: [{name: price, kind: categorical}]\n';
    await withFolder({ 'items.csv': items, 'interactions.csv': interactions, 'schema.yaml': schema }, async (dir) => {
      const dataset = await openDataset(dir);
      expect(dataset.schemaOrigin).toBe('file');
      expect(dataset.schema.eventTypes.get('park')?.weight).toBe(7);
      expect((await all(dataset.items()))[0]?.attributes.get('price')).toBe('1.5');
    });
  });

  it.each([
    ['a missing file', { 'items.csv': items }, /^interactions\.csv: neither it nor interactions\.csv\.gz is in /],
    ['an empty file', { 'items.csv': '', 'interactions.csv': interactions }, /^items\.csv, line 1: the file is empty/],
    [
      'a missing column',
      { 'items.csv': items, 'interactions.csv': 'user_id,item_id\nu,a\n' },
      /^interactions\.csv, line 1, column timestamp: is missing; the header has user_id, item_id$/,
    ],
    [
      'a time that is none',
      { 'items.csv': items, 'interactions.csv': 'user_id,item_id,timestamp\nu,a,1\nu,a,monday\n' },
      /^interactions\.csv, line 3, column timestamp: must be epoch seconds, is "monday"$/,
    ],
    [
      'milliseconds',
      { 'items.csv': items, 'interactions.csv': 'user_id,item_id,timestamp\nu,a,1700000000000\n' },
      /line 2, column timestamp: must be epoch seconds, not milliseconds/,
    ],
    [
      'nobody',
      { 'items.csv': items, 'interactions.csv': 'user_id,item_id,timestamp\n,a,1\n' },
      /line 2, column user_id: is empty, and so is session_id/,
    ],
    [
      'a row of another length',
      { 'items.csv': 'item_id,colour\na,red\nb\n', 'interactions.csv': interactions },
      /^items\.csv, line 3: /,
    ],
    [
      'a cut gzip file',
      { 'items.csv.gz': gzipSync(items).subarray(0, 30), 'interactions.csv': interactions },
      /^items\.csv\.gz: /,
    ],
    [
      'an invalid schema',
      { 'items.csv': items, 'interactions.csv': interactions, 'schema.yaml': 'version: 1\n' },
      /^schema\.yaml: .*event_types/,
    ],
    [
      'a broken truth file',
      {
        'items.csv': items,
        'interactions.csv': interactions,
        'truth.csv': 'user_id,taste_json,drift_timestamp,taste_after_json\nu,[],,\n',
      },
      /^truth\.csv, line 2, column taste_json: must be JSON like /,
    ],
  ])('names the place of %s', async (_, files, message) => {
    await withFolder(files as Record<string, string>, async (dir) => {
      await expect(openDataset(dir).then(readAll)).rejects.toThrow(message);
    });
  });
});
