import type { ChangedDimensions, Day, DayTile, Mark } from '@affinity/domain';

/** Whose tile: a user's, or a partition's part of the population. */
export type TileOwner =
  { readonly kind: 'user'; readonly profileKey: string } | { readonly kind: 'population'; readonly partition: number };

/** Which tile. */
export interface TileKey {
  readonly owner: TileOwner;
  readonly day: Day;
  readonly region: string;
}

/** A tile as it is stored. */
export interface StoredTile {
  readonly key: TileKey;
  readonly tile: DayTile;
  /** How far the tile has counted its partition. */
  readonly mark: Mark;
  /** Rises with each write. */
  readonly version: number;
  /** Who wrote this version. */
  readonly writer: string;
  /** Hashes of the event ids counted last, from the oldest to the newest; empty in population tiles. */
  readonly eventIdHashes: readonly number[];
  /** When the store may remove it, in epoch seconds. */
  readonly expiresAtS: number;
}

/** A change of a tile, on the condition that nobody else changed it since it was read. */
export interface TileWrite {
  readonly key: TileKey;
  /** The version that was read; 0: the tile must not exist. */
  readonly expectedVersion: number;
  /** The version that it becomes: larger than any that a tile of this key ever had, erased ones included. */
  readonly newVersion: number;
  /** The dimensions that changed, whole. */
  readonly changed: ChangedDimensions;
  readonly eventCount: number;
  readonly mark: Mark;
  readonly writer: string;
  readonly eventIdHashes: readonly number[];
  readonly expiresAtS: number;
}

/** Whether the change took place; `conflict`: somebody else's version is there (undefined: the tile is gone). */
export type TileWriteResult =
  { readonly kind: 'written' } | { readonly kind: 'conflict'; readonly current: TileHead | undefined };

/** Who wrote a tile last. */
export interface TileHead {
  readonly version: number;
  readonly writer: string;
  readonly mark: Mark;
}

/** What the writer of a partition needs of the store. All reads see every write that was answered before. */
export interface TileStore {
  /** The tiles of the keys, in their order; undefined where there is none. Throws UNAVAILABLE or RESOURCE_EXHAUSTED. */
  read(keys: readonly TileKey[]): Promise<readonly (StoredTile | undefined)[]>;
  /**
   * Stores the states as they are when it is called: the caller goes on counting in them while the write is under way.
   * Throws UNAVAILABLE when it is not known whether the write took place. The caller may then write again, even with
   * newer content: it meets a conflict with a version of its own if the first one did.
   */
  write(write: TileWrite): Promise<TileWriteResult>;
  /**
   * Removes the tiles of an owner whose marks are no later than one, whoever wrote them; a later tile stays. Returns how many
   * were removed. Throws UNAVAILABLE or RESOURCE_EXHAUSTED and may be called again.
   */
  eraseOwner(owner: TileOwner, upTo: Mark): Promise<number>;
}

/** What a reader of profiles needs of the store. */
export interface TileReader {
  /** All tiles of an owner over all regions, by rising day. With dimensions, only those are read. */
  readOwner(owner: TileOwner, options?: OwnerQuery): Promise<readonly StoredTile[]>;
}

/** A part of an owner's tiles. */
export interface OwnerQuery {
  readonly firstDay?: Day;
  readonly lastDay?: Day;
  readonly dimensions?: readonly string[];
  /** See every write that was answered before; twice the price. Default: false. */
  readonly consistent?: boolean;
}
