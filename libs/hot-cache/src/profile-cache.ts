import type { CacheableTile } from './cached-tile';

/** What tells of an entry without reading its tiles. */
export interface CachedProfileHead {
  /** When the entry was last filled from the store, in epoch milliseconds; tiles may have been refreshed since. */
  readonly filledAtMs: number;
  /** Another text for every change of the entry. */
  readonly stamp: string;
}

/** All tiles of a user as they were cached. */
export interface CachedProfile extends CachedProfileHead {
  readonly tiles: readonly CacheableTile[];
}

/** Leave to fill an entry: void once the entry was removed or another fill began. */
export interface FillTicket {
  readonly profileKey: string;
  readonly token: string;
}

/** A changed tile of a user. */
export interface TileRefresh {
  readonly profileKey: string;
  readonly tile: CacheableTile;
}

/**
 * The shared cache of user tiles. A fill places a marker before the store is read, writers refresh only what is cached or
 * marked, and a newer mark always wins, so that no entry is older than the store was when its fill began.
 * Each method throws UNAVAILABLE when the cache is away.
 */
export interface ProfileCache {
  /** The entry; undefined when there is none or it is only marked. */
  read(profileKey: string): Promise<CachedProfile | undefined>;
  /** What tells of the entry; undefined when there is none or it is only marked. A hundredth of the cost of reading it. */
  head(profileKey: string): Promise<CachedProfileHead | undefined>;
  /** Marks an entry before the store is read. */
  beginFill(profileKey: string): Promise<FillTicket>;
  /** Adds what the store held. Returns false, having changed nothing, when the ticket is void. */
  completeFill(ticket: FillTicket, tiles: readonly CacheableTile[]): Promise<boolean>;
  /** Replaces tiles of entries that are cached or marked. Returns how many were replaced. */
  refresh(refreshes: readonly TileRefresh[]): Promise<number>;
  /** Removes an entry. Returns whether there was one. */
  remove(profileKey: string): Promise<boolean>;
}
