import { emptyTile, foldInteraction, type Interaction, type Mark } from '@affinity/domain';
import { schemaOf } from '@affinity/domain/fixtures';
import type { CheckpointStore } from './checkpoint-store';
import type { TileKey, TileReader, TileStore, TileWrite } from './tile-store';
import { firstWrite } from './tile-write.fixture';
import type { TombstoneStore } from './tombstone-store';

/** The stores of a deployment that holds nothing yet. */
export interface EmptyStores {
  readonly tiles: TileStore & TileReader;
  readonly checkpoints: CheckpointStore;
  readonly tombstones: TombstoneStore;
}

const schema = schemaOf({
  version: '1',
  event_types: { view: 1, unpark: -5 },
  dimensions: [
    { name: 'colour', kind: 'categorical' },
    { name: 'price', kind: 'numeric' },
  ],
});

const mark = (sequence: number): Mark => ({ sequence, timestampNs: 1_700_000_000_123_456_789n + BigInt(sequence) });
const keyOf = (profileKey: string, day = 20_000): TileKey => ({
  owner: { kind: 'user', profileKey },
  day,
  region: 'eu-central-1',
});

function interaction(eventType: string, colour: string, price: number): Interaction {
  const attributes = new Map<string, string | number>([
    ['colour', colour],
    ['price', price],
  ]);
  return {
    eventId: 'e',
    profileKey: 'u',
    eventType,
    itemId: 'i',
    occurredAtMs: 1_000,
    receivedAtMs: 1_000,
    attributes,
  };
}

function write(key: TileKey, over: Partial<TileWrite> = {}): TileWrite {
  const tile = emptyTile();
  foldInteraction(tile, interaction('view', 'red', 10.5), { schema });
  foldInteraction(tile, interaction('unpark', 'naïve 😀', -3), { schema });
  return firstWrite(key, {
    newVersion: (over.expectedVersion ?? 0) + 1,
    changed: tile.dimensions,
    eventCount: 2,
    mark: mark(7),
    eventIdHashes: [1, Number.MAX_SAFE_INTEGER],
    ...over,
  });
}

/** What every adapter of the stores must do. Each test takes stores of its own. */
export function describeStores(name: string, makeStores: () => Promise<EmptyStores>): void {
  describe(name, () => {
    it('gives back what was written, to the last bit', async () => {
      const { tiles } = await makeStores();
      const written = write(keyOf('u'));
      expect(await tiles.write(written)).toEqual({ kind: 'written' });
      const [stored, absent] = await tiles.read([keyOf('u'), keyOf('v')]);
      expect(absent).toBeUndefined();
      expect(stored).toMatchObject({
        key: keyOf('u'),
        version: 1,
        writer: 'w',
        mark: mark(7),
        expiresAtS: 2_000_000_000,
      });
      expect(stored?.eventIdHashes).toEqual([1, Number.MAX_SAFE_INTEGER]);
      expect(stored?.tile.dimensions).toEqual(written.changed);
      expect(stored?.tile.valueBytes).toBeGreaterThan(0);
    });

    it('refuses a write whose version is not the stored one, and says whose is', async () => {
      const { tiles } = await makeStores();
      await tiles.write(write(keyOf('u')));
      const current = { version: 1, writer: 'w', mark: mark(7) };
      expect(await tiles.write(write(keyOf('u')))).toMatchObject({ kind: 'conflict', current });
      expect(await tiles.write(write(keyOf('u'), { expectedVersion: 2 }))).toMatchObject({ kind: 'conflict', current });
      expect(await tiles.write(write(keyOf('v'), { expectedVersion: 1 }))).toEqual({
        kind: 'conflict',
        current: undefined,
      });
      expect(await tiles.write(write(keyOf('u'), { expectedVersion: 1, mark: mark(9) }))).toEqual({ kind: 'written' });
    });

    it('changes only the dimensions that a write names', async () => {
      const { tiles } = await makeStores();
      const first = write(keyOf('u'));
      await tiles.write(first);
      const price = new Map([...first.changed].filter(([name]) => name === 'price'));
      await tiles.write(write(keyOf('u'), { expectedVersion: 1, changed: price, eventCount: 3 }));
      const [stored] = await tiles.read([keyOf('u')]);
      expect(stored?.tile.dimensions).toEqual(first.changed);
      expect(stored?.tile.eventCount).toBe(3);
    });

    it('lets exactly one of ten writers win each version', async () => {
      const { tiles } = await makeStores();
      for (let version = 0; version < 5; version += 1) {
        const racers = Array.from({ length: 10 }, (_, i) =>
          write(keyOf('u'), { expectedVersion: version, writer: `w${i}` }),
        );
        const results = await Promise.all(racers.map((racer) => tiles.write(racer)));
        expect(results.filter(({ kind }) => kind === 'written')).toHaveLength(1);
      }
    });

    it('reads an owner’s tiles by day, region and dimension', async () => {
      const { tiles } = await makeStores();
      for (const day of [19_999, 20_000, 20_001]) await tiles.write(write(keyOf('u', day)));
      await tiles.write(write({ ...keyOf('u', 20_000), region: 'us-east-1' }));
      await tiles.write(write(keyOf('u2', 20_000)));
      const owner = keyOf('u').owner;
      const all = await tiles.readOwner(owner, { consistent: true });
      expect(all.map(({ key }) => [key.day, key.region])).toEqual([
        [19_999, 'eu-central-1'],
        [20_000, 'eu-central-1'],
        [20_000, 'us-east-1'],
        [20_001, 'eu-central-1'],
      ]);
      const some = await tiles.readOwner(owner, {
        firstDay: 20_000,
        lastDay: 20_000,
        dimensions: ['price'],
        consistent: true,
      });
      expect(some.map(({ tile }) => [...tile.dimensions.keys()])).toEqual([['price'], ['price']]);
    });

    it('keeps owners apart whatever their keys are', async () => {
      const { tiles } = await makeStores();
      const population: TileKey = { ...keyOf('u'), owner: { kind: 'population', partition: 3 } };
      await tiles.write(write(population, { eventCount: 9 }));
      for (const profileKey of ['p|3', '3', 'u|x', 'a#b', '|']) await tiles.write(write(keyOf(profileKey)));
      expect(await tiles.readOwner(population.owner, { consistent: true })).toMatchObject([
        { key: population, tile: { eventCount: 9 } },
      ]);
      expect(await tiles.readOwner(keyOf('u|x').owner, { consistent: true })).toMatchObject([{ key: keyOf('u|x') }]);
    });

    it('erases tiles up to a mark and leaves later ones', async () => {
      const { tiles } = await makeStores();
      await tiles.write(write(keyOf('u', 20_000), { mark: mark(7) }));
      await tiles.write(write(keyOf('u', 20_001), { mark: mark(9) }));
      expect(await tiles.eraseOwner(keyOf('u').owner, mark(8))).toBe(1);
      expect(await tiles.eraseOwner(keyOf('u').owner, mark(8))).toBe(0);
      expect((await tiles.readOwner(keyOf('u').owner, { consistent: true })).map(({ key }) => key.day)).toEqual([
        20_001,
      ]);
    });

    it('moves a checkpoint only from its expected version, and knows its own write again', async () => {
      const { checkpoints } = await makeStores();
      expect(await checkpoints.read(3)).toBeUndefined();
      const first = { mark: mark(5), version: 1, writer: 'a' };
      expect(await checkpoints.write(3, first, 0)).toBe(true);
      expect(await checkpoints.write(3, first, 0)).toBe(true);
      expect(await checkpoints.write(3, { ...first, writer: 'b' }, 0)).toBe(false);
      expect(await checkpoints.write(3, { mark: mark(4), version: 2, writer: 'b' }, 1)).toBe(true);
      expect(await checkpoints.read(3)).toEqual({ mark: mark(4), version: 2, writer: 'b' });
      expect(await checkpoints.read(4)).toBeUndefined();
    });

    it('keeps the later of two tombstones', async () => {
      const { tombstones } = await makeStores();
      await tombstones.write('u', { mark: mark(5), erasedAtMs: 2_000 });
      await tombstones.write('u', { mark: mark(4), erasedAtMs: 1_000 });
      expect(await tombstones.read(['u', 'v'])).toEqual(new Map([['u', { mark: mark(5), erasedAtMs: 2_000 }]]));
    });
  });
}
