import type { TokenPosition } from '@affinity/contracts';
import { markOfNothing, type Mark } from '@affinity/domain';
import type { CacheableTile, CachedProfile, ProfileCache } from '@affinity/hot-cache';
import type { TileReader } from '@affinity/profile-storage';
import { CircuitBreaker, fromUnknown, type AffinityError, type Logger, type Semaphore } from '@affinity/service-kit';
import { reached } from './watermarks';

/** A user's tiles, and how they were come by. */
export interface FoundProfile {
  readonly tiles: readonly CacheableTile[];
  readonly source: 'cache' | 'store' | 'none';
  /** A newer state may exist that could not be reached. */
  readonly stale: boolean;
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
  readonly cache: ProfileCache;
  readonly store: TileReader;
  readonly logger: Logger;
  /** Age, in milliseconds, from which a cached entry is read from the store again. */
  readonly revalidateMs: number;
  /** Reads of the store under way at once. */
  readonly storeSlots: Semaphore;
  readonly nowMs?: () => number;
}

/**
 * A user's tiles from the cache, else from the store, which then fills the cache.
 *
 * R1. While the store is away, what the cache holds is served and marked stale; with nothing cached, nothing is found, marked
 *     stale: a reader then has the population's prior.
 * R2. While the cache is away, the store is read.
 * R3. Reads of the same user that miss together are one read of the store.
 */
export class ProfileSource {
  private readonly loading = new Map<string, Promise<readonly CacheableTile[]>>();
  private readonly cacheCircuit: CircuitBreaker;
  private readonly storeCircuit: CircuitBreaker;
  private readonly nowMs: () => number;

  constructor(private readonly options: ProfileSourceOptions) {
    this.cacheCircuit = new CircuitBreaker({ name: 'redis' });
    this.storeCircuit = new CircuitBreaker({ name: 'dynamodb' });
    this.nowMs = options.nowMs ?? Date.now;
  }

  /** Throws UNAVAILABLE only when the newest state was required and could not be had. */
  async find(profileKey: string, freshness: Freshness): Promise<FoundProfile> {
    const cached = freshness.requireCurrent ? undefined : await this.readCache(profileKey);
    if (cached !== undefined && this.isFresh(cached, freshness))
      return { tiles: cached.tiles, source: 'cache', stale: false };
    try {
      return { tiles: await this.readStore(profileKey, freshness), source: 'store', stale: false };
    } catch (thrown) {
      return this.withoutStore(fromUnknown(thrown), {
        freshness,
        cached: cached ?? (await this.readCache(profileKey)),
      });
    }
  }

  private withoutStore(
    error: AffinityError,
    { freshness, cached }: { readonly freshness: Freshness; readonly cached: CachedProfile | undefined },
  ): FoundProfile {
    if (freshness.requireCurrent) throw error;
    this.options.logger.debug({ err: error }, 'the store is away');
    if (cached === undefined) return { tiles: [], source: 'none', stale: true }; // R1
    return { tiles: cached.tiles, source: 'cache', stale: true };
  }

  private isFresh(cached: CachedProfile, { covering }: Freshness): boolean {
    if (this.nowMs() - cached.filledAtMs >= this.options.revalidateMs) return false;
    return covering === undefined || cached.tiles.some(({ mark }) => reached(mark, covering));
  }

  private async readCache(profileKey: string): Promise<CachedProfile | undefined> {
    try {
      return await this.cacheCircuit.run(() => this.options.cache.read(profileKey));
    } catch {
      return undefined; // R2; the circuit counts it.
    }
  }

  private readStore(profileKey: string, freshness: Freshness): Promise<readonly CacheableTile[]> {
    // A read that has to see an event must not join one that began before it.
    if (freshness.covering !== undefined || freshness.requireCurrent) return this.load(profileKey);
    const current = this.loading.get(profileKey);
    if (current !== undefined) return current; // R3
    const loading = this.load(profileKey).finally(() => this.loading.delete(profileKey));
    this.loading.set(profileKey, loading);
    return loading;
  }

  /** Reads consistently: what an eventually consistent read missed would stay missing in the cache. */
  private async load(profileKey: string): Promise<readonly CacheableTile[]> {
    const { cache, store, storeSlots } = this.options;
    const ticket = await this.quietly(() => cache.beginFill(profileKey));
    const owner = { kind: 'user', profileKey } as const;
    const stored = await storeSlots.run(() =>
      this.storeCircuit.run(() => store.readOwner(owner, { consistent: true })),
    );
    const tiles = stored.map(({ key, mark, tile }) => ({ day: key.day, region: key.region, mark, tile }));
    if (ticket !== undefined) void this.quietly(() => cache.completeFill(ticket, tiles));
    return tiles;
  }

  private async quietly<T>(operation: () => Promise<T>): Promise<T | undefined> {
    try {
      return await this.cacheCircuit.run(operation);
    } catch {
      return undefined; // R2
    }
  }
}

/** The newest mark of any tile. */
export function newestMark(tiles: readonly CacheableTile[]): Mark {
  return tiles.reduce((newest, { mark }) => (mark.timestampNs > newest.timestampNs ? mark : newest), markOfNothing);
}
