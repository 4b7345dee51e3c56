import { emptyCategorical, emptyTile, mergeTile, type DayTile } from '@affinity/domain';
import { InMemoryTileStore, type OwnerQuery, type StoredTile, type TileOwner } from '@affinity/profile-storage';
import fc from 'fast-check';
import { PopulationPart } from './population-part';

const owner = { kind: 'population', partition: 3 } as const;

class CountingStore extends InMemoryTileStore {
  tilesRead = 0;

  override async readOwner(of: TileOwner, query?: OwnerQuery): Promise<readonly StoredTile[]> {
    const tiles = await super.readOwner(of, query);
    if (query?.dimensions === undefined) this.tilesRead += tiles.length;
    return tiles;
  }
}

/** Makes a day's tile hold so many red events, as its writer would. */
async function count(store: InMemoryTileStore, day: number, events: number): Promise<void> {
  const key = { owner, day, region: 'here' };
  const [stored] = await store.read([key]);
  const state = emptyCategorical();
  state.weights.set('red', events);
  await store.write({
    key,
    expectedVersion: stored?.version ?? 0,
    newVersion: (stored?.version ?? 0) + 1,
    changed: new Map([['colour', state]]),
    eventCount: events,
    mark: { sequence: 1, timestampNs: 1n },
    writer: 'w',
    eventIdHashes: [],
    expiresAtS: 0,
  });
}

function mergedOf(part: PopulationPart): DayTile {
  const merged = emptyTile();
  part.mergeInto(merged);
  return merged;
}

describe('PopulationPart', () => {
  it('holds what a plain merge of all stored tiles holds, whatever changed when', async () => {
    const change = fc.record({ day: fc.integer({ min: 100, max: 106 }), events: fc.integer({ min: 1, max: 9 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(change, { maxLength: 3 }), { maxLength: 12 }), async (rounds) => {
        const store = new InMemoryTileStore();
        const part = new PopulationPart(store, owner.partition);
        for (const round of rounds) {
          for (const { day, events } of round) await count(store, day, events);
          await part.refresh();
          const whole = emptyTile();
          const stored = await store.readOwner(owner);
          for (const { tile } of stored) mergeTile(whole, tile);
          expect(mergedOf(part)).toEqual(whole);
          expect(part.newestDay).toBe(stored.at(-1)?.key.day);
        }
      }),
    );
  });

  it('reads a tile again only when it changed', async () => {
    const store = new CountingStore();
    const part = new PopulationPart(store, owner.partition);
    for (let day = 100; day < 160; day += 1) await count(store, day, 1);
    await part.refresh();
    expect(store.tilesRead).toBe(60);
    await part.refresh();
    await part.refresh();
    expect(store.tilesRead).toBe(60);
    await count(store, 159, 2);
    await part.refresh();
    expect(store.tilesRead).toBe(61);
  });

  it('lets go of what the store has removed', async () => {
    const store = new InMemoryTileStore();
    const part = new PopulationPart(store, owner.partition);
    for (let day = 100; day < 105; day += 1) await count(store, day, 1);
    await part.refresh();
    await part.refresh();
    await store.eraseOwner(owner, { sequence: 9, timestampNs: 9n });
    await part.refresh();
    expect(mergedOf(part)).toEqual(emptyTile());
    expect(part.newestDay).toBeUndefined();
  });
});
