import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { ListedObject, MutableObjectStore, ObjectStore, ObjectToPut } from '../src/index';

function textObject(text: string, metadata: Readonly<Record<string, string>> = {}): ObjectToPut {
  return { body: Buffer.from(text), contentType: 'text/plain', metadata };
}

async function listed(store: ObjectStore, prefix: string): Promise<ListedObject[]> {
  const found: ListedObject[] = [];
  for await (const object of store.list(prefix)) found.push(object);
  return found;
}

/** What every ObjectStore must do. `open` gives an empty one. */
export function describeObjectStore(name: string, open: () => Promise<MutableObjectStore>): void {
  describe(name, () => {
    let store: MutableObjectStore;

    beforeEach(async () => {
      store = await open();
    });

    it('gives back what was put, with its metadata', async () => {
      const body = Uint8Array.from({ length: 70_000 }, (_, i) => i % 256);
      const metadata = { 'last-seq': '42', sha256: 'ab' };
      expect(await store.putIfAbsent('a/b=1/c-2.bin', { body, contentType: 'application/gzip', metadata })).toBe(
        'stored',
      );
      expect(await store.head('a/b=1/c-2.bin')).toEqual({ bytes: body.length, metadata });
      const found = await store.get('a/b=1/c-2.bin');
      expect(found?.metadata).toEqual(metadata);
      expect(Buffer.from(found!.body).equals(body)).toBe(true);
    });

    it('stores an empty object', async () => {
      await store.putIfAbsent('empty', textObject('', { count: '0' }));
      expect(await store.head('empty')).toEqual({ bytes: 0, metadata: { count: '0' } });
    });

    it('keeps the first object of a key and its metadata', async () => {
      expect(await store.putIfAbsent('key', textObject('first', { n: '1' }))).toBe('stored');
      expect(await store.putIfAbsent('key', textObject('second', { n: '2' }))).toBe('exists');
      expect(Buffer.from((await store.get('key'))!.body).toString()).toBe('first');
      expect((await store.head('key'))?.metadata).toEqual({ n: '1' });
    });

    it('lets one of many that race for a key win, with body and metadata of the same one', async () => {
      const racers = Array.from({ length: 12 }, (_, i) => textObject(`body ${i}`, { racer: String(i) }));
      const outcomes = await Promise.all(racers.map((object) => store.putIfAbsent('race/key', object)));
      expect(outcomes.filter((outcome) => outcome === 'stored')).toHaveLength(1);
      const found = await store.get('race/key');
      expect(found?.metadata).toEqual({ racer: String(outcomes.indexOf('stored')) });
      expect(Buffer.from(found!.body).toString()).toBe(`body ${outcomes.indexOf('stored')}`);
    });

    it('knows nothing of a key that was never put', async () => {
      expect(await store.head('nothing')).toBeUndefined();
      expect(await store.get('no/thing')).toBeUndefined();
    });

    it('lists by prefix, ascending by key, a prefix being any beginning of a key', async () => {
      for (const key of ['b/2', 'b.x', 'b/1', 'b/10', 'a', 'bc/1', 'c']) await store.putIfAbsent(key, textObject(key));
      expect((await listed(store, 'b')).map(({ key }) => key)).toEqual(['b.x', 'b/1', 'b/10', 'b/2', 'bc/1']);
      expect(await listed(store, 'b/1')).toEqual([
        { key: 'b/1', bytes: 3 },
        { key: 'b/10', bytes: 4 },
      ]);
      expect(await listed(store, 'zzz')).toEqual([]);
      expect(await listed(store, '')).toHaveLength(7);
    });

    it('replaces objects, also by files of any size', async () => {
      await store.putIfAbsent('key', textObject('first', { n: '1' }));
      await store.put('key', textObject('second', { n: '2' }));
      expect(await store.head('key')).toEqual({ bytes: 6, metadata: { n: '2' } });
      const folder = await mkdtemp(join(tmpdir(), 'affinity-put-'));
      const body = Buffer.alloc(18_000_000, 'abcdefg');
      await writeFile(join(folder, 'file'), body);
      await store.putFile('key', { path: join(folder, 'file'), contentType: 'text/csv', metadata: { n: '3' } });
      await rm(folder, { recursive: true });
      expect(await store.head('key')).toEqual({ bytes: body.length, metadata: { n: '3' } });
      expect((await buffer((await store.read('key'))!)).equals(body)).toBe(true);
      expect(await store.read('other')).toBeUndefined();
    });

    it('replaces the version that was read, and no other', async () => {
      await store.put('key', textObject('first'));
      const { version } = (await store.getVersioned('key'))!;
      const outcomes = await Promise.all(
        Array.from({ length: 8 }, (_, i) => store.replace('key', version, textObject(`racer ${i}`, { i: String(i) }))),
      );
      expect(outcomes.filter((outcome) => outcome === 'replaced')).toHaveLength(1);
      const found = (await store.getVersioned('key'))!;
      expect(Buffer.from(found.body).toString()).toBe(`racer ${outcomes.indexOf('replaced')}`);
      expect(found.metadata).toEqual({ i: String(outcomes.indexOf('replaced')) });
      expect(await store.replace('key', version, textObject('late'))).toBe('changed');
      expect(await store.replace('none', version, textObject('late'))).toBe('changed');
      expect(await store.getVersioned('none')).toBeUndefined();
    });

    it('removes objects, after which their keys are free', async () => {
      await store.put('a/key', textObject('first'));
      await store.remove('a/key');
      await store.remove('a/key');
      expect(await store.get('a/key')).toBeUndefined();
      expect(await listed(store, '')).toEqual([]);
      expect(await store.putIfAbsent('a/key', textObject('second'))).toBe('stored');
      expect(Buffer.from((await store.get('a/key'))!.body).toString()).toBe('second');
    });

    it('refuses keys that not every store could keep', async () => {
      for (const key of ['', '/a', 'a//b', '../a', 'a/../b', '.hidden', 'a b', 'a/', 'ä']) {
        await expect(async () => store.putIfAbsent(key, textObject('x'))).rejects.toThrow(RangeError);
      }
    });
  });
}
