import { link, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LocalObjectStore } from '../../src/index';
import { describeObjectStore } from '../object-store-contract';

const folders: string[] = [];

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'affinity-lake-'));
  folders.push(folder);
  return folder;
}

const object = (text: string) => ({ body: Buffer.from(text), contentType: 'text/plain', metadata: { text } });

afterAll(async () => {
  await Promise.all(folders.map((folder) => rm(folder, { recursive: true })));
});

describeObjectStore('LocalObjectStore', async () => new LocalObjectStore(join(await newFolder(), 'made/later')));

describe('LocalObjectStore on its folder', () => {
  it('keeps an object as the plain file of its key, and nothing else that can be seen', async () => {
    const folder = await newFolder();
    await new LocalObjectStore(folder).putIfAbsent('a/b/c.ndjson', object('line'));
    expect(await readFile(join(folder, 'a/b/c.ndjson'), 'utf8')).toBe('line');
    expect((await readdir(folder)).filter((name) => !name.startsWith('.'))).toEqual(['a']);
    expect(await readdir(join(folder, '.staging'))).toEqual([]);
  });

  it('lets one of several stores on the same folder win', async () => {
    const folder = await newFolder();
    const stores = Array.from({ length: 8 }, () => new LocalObjectStore(folder));
    const outcomes = await Promise.all(stores.map((store, i) => store.putIfAbsent('k', object(`racer ${i}`))));
    expect(outcomes.filter((outcome) => outcome === 'stored')).toHaveLength(1);
    expect(await readFile(join(folder, 'k'), 'utf8')).toBe(`racer ${outcomes.indexOf('stored')}`);
    expect(await readdir(join(folder, '.staging'))).toEqual([]);
  });

  it('finishes a put that was cut short after it was decided', async () => {
    const folder = await newFolder();
    await mkdir(join(folder, '.staging'));
    await mkdir(join(folder, '.records/a'), { recursive: true });
    await writeFile(join(folder, '.staging/body-1'), 'decided');
    await writeFile(join(folder, '.records/a/k.json'), JSON.stringify({ id: 'body-1', metadata: { n: '1' } }));
    const store = new LocalObjectStore(folder);
    expect(await store.putIfAbsent('a/k', object('later'))).toBe('exists');
    expect(await store.get('a/k')).toEqual({ body: Buffer.from('decided'), bytes: 7, metadata: { n: '1' } });
    expect(await readFile(join(folder, 'a/k'), 'utf8')).toBe('decided');
    expect(await readdir(join(folder, '.staging'))).toEqual([]);
  });

  it('takes no notice of a put that was cut short before it was decided', async () => {
    const folder = await newFolder();
    await mkdir(join(folder, '.staging'));
    await writeFile(join(folder, '.staging/body-1'), 'undecided');
    await link(join(folder, '.staging/body-1'), join(folder, '.staging/body-2'));
    const store = new LocalObjectStore(folder);
    expect(await store.head('k')).toBeUndefined();
    expect(await store.putIfAbsent('k', object('new'))).toBe('stored');
  });

  it('finishes a replacement that was cut short after it was decided, before or after the body moved', async () => {
    for (const moved of [false, true]) {
      const folder = await newFolder();
      await new LocalObjectStore(folder).put('a/k', object('old'));
      const { version } = (await new LocalObjectStore(folder).getVersioned('a/k'))!;
      await writeFile(join(folder, moved ? 'a/k' : '.staging/new-1'), 'new');
      const record = JSON.stringify({ id: 'new-1', metadata: { n: '2' } });
      await writeFile(join(folder, `.records/a/k.after-${version}`), record);
      const store = new LocalObjectStore(folder);
      expect(await store.getVersioned('a/k')).toMatchObject({ body: Buffer.from('new'), version: 'new-1' });
      expect(await store.replace('a/k', version, object('late'))).toBe('changed');
      expect(await readdir(join(folder, '.staging'))).toEqual([]);
    }
  });

  it('finishes a removal that was cut short', async () => {
    const folder = await newFolder();
    await new LocalObjectStore(folder).put('a/k', object('old'));
    await rm(join(folder, 'a/k'));
    const store = new LocalObjectStore(folder);
    expect(await store.head('a/k')).toBeUndefined();
    expect(await store.putIfAbsent('a/k', object('new'))).toBe('stored');
    expect(await readFile(join(folder, 'a/k'), 'utf8')).toBe('new');
  });

  it('says what is wrong with a folder that cannot be one', async () => {
    const folder = await newFolder();
    await writeFile(join(folder, 'file'), '');
    await expect(new LocalObjectStore(join(folder, 'file')).putIfAbsent('k', object('x'))).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('ENOTDIR') as string,
    });
  });
});
