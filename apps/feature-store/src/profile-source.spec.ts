import type { CachedProfile, ProfileCache } from '@affinity/hot-cache';
import { InMemoryTileStore, InMemoryTombstoneStore } from '@affinity/profile-storage';
import { Semaphore, silentLogger } from '@affinity/service-kit';
import { ProfileMemory } from './profile-memory';
import { ProfileSource } from './profile-source';

/** A cache that was filled at instant 0 with an entry of every profile. */
const filledAtOnce: ProfileCache = {
  read: () => Promise.resolve<CachedProfile>({ stamp: 's', filledAtMs: 0, tiles: [] }),
  head: () => Promise.resolve({ stamp: 's', filledAtMs: 0 }),
  beginFill: (profileKey) => Promise.resolve({ profileKey, token: 't' }),
  completeFill: () => Promise.resolve(true),
  refresh: () => Promise.resolve(0),
  remove: () => Promise.resolve(false),
};

/** How many of 1,000 profiles are read from the store at an instant. */
async function readFromStore(nowMs: number): Promise<number> {
  const source = new ProfileSource({
    memory: new ProfileMemory({ maxBytes: 1_000_000 }),
    cache: filledAtOnce,
    store: new InMemoryTileStore(),
    tombstones: new InMemoryTombstoneStore(),
    logger: silentLogger(),
    memoryRevalidateMs: 0,
    cacheRevalidateMs: 60_000,
    storeSlots: new Semaphore({ limit: 1_000 }),
    nowMs: () => nowMs,
  });
  const found = await Promise.all(
    Array.from({ length: 1_000 }, (_, i) => source.find(`u${i}`, { requireCurrent: false })),
  );
  return found.filter((profile) => profile.source === 'store').length;
}

describe('ProfileSource', () => {
  it('reads entries that were cached together again one by one, around the age that was set', async () => {
    expect(await readFromStore(44_999)).toBe(0);
    const half = await readFromStore(60_000);
    expect(half).toBeGreaterThan(400);
    expect(half).toBeLessThan(600);
    expect(await readFromStore(75_000)).toBe(1_000);
  });
});
