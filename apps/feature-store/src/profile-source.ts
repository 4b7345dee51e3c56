import type { TokenPosition } from '@affinity/contracts';
import { fnv1a32, isNoLater } from '@affinity/domain';
import type { CacheableTile, ProfileCache } from '@affinity/hot-cache';
import type { StoredTile, TileReader, Tombstone, TombstoneStore } from '@affinity/profile-storage';
import { CircuitBreaker, fromUnknown, type Logger, type Semaphore } from '@affinity/service-kit';
import type { AnnouncedChange } from './announced-changes';
import type { ProfileMemory, RememberedProfile } from './profile-memory';
import { reached } from './watermarks';

/** A user's tiles, and how they were come by. */
export interface FoundProfile {
  /** Shared with other readers: not to be changed. */
  readonly tiles: readonly CacheableTile[];
  readonly source: 'memory' | 'cache' | 'store' | 'none';
  /** A newer state may exist that could not be reached. */
  readonly stale: boolean;
  /** The stamp of the cached entry; undefined when the tiles are not from the cache. */
  readonly stamp?: string;
}

/** How fresh the tiles have to be. */
export interface Freshness {
  /** The tiles have to include this position of the user's partition, which the store is known to include. */
  readonly covering?: TokenPosition;
  /** Fail rather than answer with less than the newest stored state. */
  readonly requireCurrent: boolean;
}

/** What profiles are read from. */
export interface ProfileSourceOptions {
  readonly memory: ProfileMemory;
  readonly cache: ProfileCache;
  readonly store: TileReader;
  readonly tombstones: TombstoneStore;
  readonly logger: Logger;
  /** Age, in milliseconds, from which a profile in memory is looked up in the cache again. */
  readonly memoryRevalidateMs: number;
  /** Age, in milliseconds, at which a cached entry is read from the store again: on average, a quarter sooner or later. */
  readonly cacheRevalidateMs: number;
  /** Reads of the store under way at once. */
  readonly storeSlots: Semaphore;
  readonly nowMs?: () => number;
}

/**
 * A user's tiles from memory, else from the cache, else from the store, which then fills the others.
 *
 * R1. While the store is away, what memory or the cache holds is served and marked stale; with nothing there, nothing is
 *     found, marked stale: a reader then has the population's prior.
 * R2. While the cache is away, the store is read.
 * R3. Reads of the same user that miss together are one read of the store.
 * R4. What an erasure covers is never found.
 * R5. Entries that were filled together are read again one by one, at ages that differ from profile to profile: all at once
 *     they would keep the process busy for seconds.
 */
export class ProfileSource {
  private readonly loading = new Map<string, Promise<readonly CacheableTile[]>>();
  private readonly cacheCircuit = new CircuitBreaker({ name: 'redis' });
  private readonly storeCircuit = new CircuitBreaker({ name: 'dynamodb' });
  private readonly nowMs: () => number;

  constructor(private readonly options: ProfileSourceOptions) {
    this.nowMs = options.nowMs ?? Date.now;
  }

  /** Throws UNAVAILABLE only when the newest state was required and could not be had. */
  async find(profileKey: string, freshness: Freshness): Promise<FoundProfile> {
    const { memory, memoryRevalidateMs } = this.options;
    if (freshness.requireCurrent) return { tiles: await this.load(profileKey), source: 'store', stale: false };
    const remembered = memory.get(profileKey);
    if (
      remembered !== undefined &&
      this.isYoung(remembered.validatedAtMs, memoryRevalidateMs) &&
      covers(remembered.tiles, freshness)
    ) {
      return { tiles: remembered.tiles, source: 'memory', stale: false };
    }
    if (remembered !== undefined && (await this.isUnchanged(profileKey, remembered, freshness))) {
      memory.confirm(profileKey);
      return { tiles: remembered.tiles, source: 'memory', stale: false };
    }
    const found = await this.lookUp(profileKey, freshness);
    if (!found.stale) memory.offer(profileKey, { tiles: found.tiles, stamp: found.stamp });
    // R1: what is in memory is at least as good as nothing, and no older than what the cache held.
    return found.stale && remembered !== undefined ? { tiles: remembered.tiles, source: 'memory', stale: true } : found;
  }

  /** Takes in a change that a writer announced. */
  learn(change: AnnouncedChange): void {
    if (change.kind === 'erased') this.options.memory.forget(change.profileKey);
    else this.options.memory.refresh(change.profileKey, change.tile);
  }

  /** Removes a profile from memory and the cache. Returns whether it was cached. Throws UNAVAILABLE when the cache is away. */
  async forget(profileKey: string): Promise<boolean> {
    this.options.memory.forget(profileKey);
    return this.options.cache.remove(profileKey);
  }

  /** Whether what is in memory is still what the cache holds, and that is young enough. */
  private async isUnchanged(profileKey: string, remembered: RememberedProfile, freshness: Freshness): Promise<boolean> {
    if (remembered.stamp === undefined || !covers(remembered.tiles, freshness)) return false;
    const head = await this.quietly(() => this.options.cache.head(profileKey));
    return head?.stamp === remembered.stamp && this.isYoung(head.filledAtMs, this.cachedFor(profileKey));
  }

  private async lookUp(profileKey: string, freshness: Freshness): Promise<FoundProfile> {
    const cached = await this.quietly(() => this.options.cache.read(profileKey));
    if (
      cached !== undefined &&
      this.isYoung(cached.filledAtMs, this.cachedFor(profileKey)) &&
      covers(cached.tiles, freshness)
    ) {
      return { tiles: cached.tiles, source: 'cache', stale: false, stamp: cached.stamp };
    }
    try {
      return { tiles: await this.loadOnce(profileKey, freshness), source: 'store', stale: false };
    } catch (error) {
      this.options.logger.debug({ err: fromUnknown(error) }, 'the store is away');
      return cached === undefined
        ? { tiles: [], source: 'none', stale: true }
        : { tiles: cached.tiles, source: 'cache', stale: true };
    }
  }

  /** R5: from three to five quarters of the age that was set. */
  private cachedFor(profileKey: string): number {
    return this.options.cacheRevalidateMs * (0.75 + fnv1a32(profileKey) / 2 ** 33);
  }

  private isYoung(sinceMs: number, ageMs: number): boolean {
    return this.nowMs() - sinceMs < ageMs;
  }

  private loadOnce(profileKey: string, { covering }: Freshness): Promise<readonly CacheableTile[]> {
    // A read that has to see an event must not join one that began before it.
    if (covering !== undefined) return this.load(profileKey);
    const current = this.loading.get(profileKey);
    if (current !== undefined) return current; // R3
    const loading = this.load(profileKey).finally(() => this.loading.delete(profileKey));
    this.loading.set(profileKey, loading);
    return loading;
  }

  /** Reads consistently: what an eventually consistent read missed would stay missing in the cache. */
  private async load(profileKey: string): Promise<readonly CacheableTile[]> {
    const { cache, storeSlots } = this.options;
    const ticket = await this.quietly(() => cache.beginFill(profileKey));
    const tiles = await storeSlots.run(() => this.storeCircuit.run(() => this.readStore(profileKey)));
    if (ticket !== undefined) void this.quietly(() => cache.completeFill(ticket, tiles));
    return tiles;
  }

  private async readStore(profileKey: string): Promise<readonly CacheableTile[]> {
    const { store, tombstones } = this.options;
    const owner = { kind: 'user', profileKey } as const;
    const [stored, erased] = await Promise.all([
      store.readOwner(owner, { consistent: true }),
      tombstones.read([profileKey]),
    ]);
    return withoutErased(stored, erased.get(profileKey)).map(toCacheable);
  }

  private async quietly<T>(operation: () => Promise<T>): Promise<T | undefined> {
    try {
      return await this.cacheCircuit.run(operation);
    } catch {
      return undefined; // R2; the circuit counts it.
    }
  }
}

function covers(tiles: readonly CacheableTile[], { covering }: Freshness): boolean {
  return covering === undefined || tiles.some(({ mark }) => reached(mark, covering));
}

/** R4: a zombie may have written a tile after the erasure removed what was there. */
function withoutErased(tiles: readonly StoredTile[], tombstone: Tombstone | undefined): readonly StoredTile[] {
  return tombstone === undefined ? tiles : tiles.filter(({ mark }) => !isNoLater(mark, tombstone.mark));
}

function toCacheable({ key, mark, tile }: StoredTile): CacheableTile {
  return { day: key.day, region: key.region, mark, tile };
}
