import { InMemoryTileStore, type StoredTile, type TileKey } from '@affinity/profile-storage';
import { firstWrite } from '@affinity/profile-storage/fixtures';
import { unavailable } from '@affinity/service-kit';
import { NewTileStore } from './new-tile-store';

const newDay = 10;
const copiedDay = 9;
const keyOf = (profileKey: string, day = newDay): TileKey => ({
  owner: { kind: 'user', profileKey },
  day,
  region: 'r',
});
const population: TileKey = { owner: { kind: 'population', partition: 3 }, day: newDay, region: 'r' };

/** Tiles in memory that tell which of them were read. */
class ReadLog extends InMemoryTileStore {
  readonly readKeys: TileKey[] = [];

  override read(keys: readonly TileKey[]): Promise<readonly (StoredTile | undefined)[]> {
    this.readKeys.push(...keys);
    return super.read(keys);
  }
}

function setUp() {
  const inner = new ReadLog();
  return { inner, store: new NewTileStore(inner, (day) => day === newDay) };
}

describe('NewTileStore', () => {
  it('asks for no tile of a new day before it is written, and for each afterwards', async () => {
    const { inner, store } = setUp();
    expect(await store.read([keyOf('a'), population])).toEqual([undefined, undefined]);
    expect(inner.readKeys).toEqual([]);
    await store.write(firstWrite(keyOf('a')));
    await store.write(firstWrite(population));
    const found = await store.read([keyOf('b'), population, keyOf('a')]);
    expect(found.map((tile) => tile?.key)).toEqual([undefined, population, keyOf('a')]);
    expect(inner.readKeys).toEqual([population, keyOf('a')]);
  });

  it('always asks for tiles of other days', async () => {
    const { inner, store } = setUp();
    await inner.write(firstWrite(keyOf('a', copiedDay)));
    const found = await store.read([keyOf('a'), keyOf('a', copiedDay), keyOf('b', copiedDay)]);
    expect(found.map((tile) => tile?.key)).toEqual([undefined, keyOf('a', copiedDay), undefined]);
    expect(inner.readKeys).toHaveLength(2);
  });

  it('asks for a tile whose write was not answered', async () => {
    const { inner, store } = setUp();
    const lost = jest.spyOn(inner, 'write').mockImplementationOnce(async (write) => {
      await InMemoryTileStore.prototype.write.call(inner, write);
      throw unavailable('the answer was lost');
    });
    await expect(store.write(firstWrite(keyOf('a')))).rejects.toThrow('lost');
    lost.mockRestore();
    expect((await store.read([keyOf('a')])).map((tile) => tile?.version)).toEqual([1]);
  });

  it('learns from the first write of what somebody else has written', async () => {
    const { inner, store } = setUp();
    await inner.write({ ...firstWrite(keyOf('a')), writer: 'other' });
    expect(await store.write(firstWrite(keyOf('a')))).toMatchObject({ kind: 'conflict', current: { writer: 'other' } });
  });

  it('passes erasures on', async () => {
    const { store } = setUp();
    await store.write(firstWrite(keyOf('a')));
    expect(await store.eraseOwner(keyOf('a').owner, { sequence: 1, timestampNs: 1n })).toBe(1);
    expect(await store.read([keyOf('a')])).toEqual([undefined]);
  });
});
