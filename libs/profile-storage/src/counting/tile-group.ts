import { isNoLater, type Interaction, type Mark } from '@affinity/domain';
import { AffinityError } from '@affinity/service-kit';
import type { StoredTile, TileKey, TileOwner, TileStore, TileWrite } from '../tile-store';
import type { Tombstone, TombstoneStore } from '../tombstone-store';
import { OpenTile, type CountingRules } from './open-tile';

/** Somebody else wrote a tile or checkpoint of this partition: what is in memory can no longer be trusted. */
export class ForeignWriteError extends AffinityError {
  constructor(what: string) {
    super('ABORTED', `${what} was written by another writer`, { retryable: true });
  }
}

/** Which tiles, where they are stored, and how many may be in memory. */
export interface TileGroupOptions {
  readonly store: TileStore;
  readonly tombstones: TombstoneStore;
  readonly rules: CountingRules;
  readonly writer: string;
  /** Bytes of clean tiles to keep for the next event, about; dirty tiles are bounded by their reader's back-pressure. */
  readonly maxBytes: number;
}

/** Which tile, and the name that a group knows it by. */
export interface TilePlace {
  readonly key: TileKey;
  readonly name: string;
}

/** An event and its tile. */
export interface TileEvent {
  readonly place: TilePlace;
  readonly interaction: Interaction;
  readonly position: Mark;
}

/**
 * The open tiles of one partition that are flushed together.
 *
 * G1. Events are counted in the order in which they are given.
 * G2. One write of a tile is under way at most, and one flush of the group.
 * G3. A flush that succeeds has stored every event counted before it began.
 */
export class TileGroup {
  /** In the order of their last write, or of being opened. */
  private readonly open = new Map<string, OpenTile>();
  private readonly dirty = new Set<OpenTile>();
  private readonly writing = new Set<OpenTile>();
  private bytes = 0;

  constructor(private readonly options: TileGroupOptions) {}

  /** Tiles that hold events which the store lacks. */
  get dirtyTiles(): number {
    return this.dirty.size;
  }

  /** Tiles in memory. */
  get openTiles(): number {
    return this.open.size;
  }

  /** Forgets the open tiles of an owner, stored or not. No flush may be under way. */
  forget(owner: TileOwner): void {
    for (const [name, tile] of this.open) {
      if (!sameOwner(tile.key.owner, owner)) continue;
      this.open.delete(name);
      this.dirty.delete(tile);
      this.bytes -= tile.bytes;
    }
  }

  /** Reads the tiles of the events that are not open yet. Throws UNAVAILABLE or RESOURCE_EXHAUSTED and may be called again. */
  async load(places: Iterable<TilePlace>): Promise<void> {
    const missing = new Map<string, TilePlace>();
    for (const place of places) if (!this.open.has(place.name)) missing.set(place.name, place);
    if (missing.size === 0) return;
    const { store, tombstones } = this.options;
    const wanted = [...missing.values()];
    const keys = wanted.map(({ key }) => key);
    const [stored, erased] = await Promise.all([store.read(keys), tombstones.read(profileKeysOf(keys))]);
    for (const [i, { key, name }] of wanted.entries()) this.insert(name, await this.opened(key, stored[i], erased));
  }

  /** How far an open tile has counted. */
  markOf({ name }: TilePlace): Mark | undefined {
    return this.open.get(name)?.mark;
  }

  /** Counts an event in its tile, which must be loaded. Returns whether it was new. */
  count({ place, interaction, position }: TileEvent): boolean {
    const tile = this.open.get(place.name);
    if (tile === undefined) throw new AffinityError('INTERNAL', `tile ${place.name} is not loaded`);
    const before = tile.bytes;
    const counted = tile.count(interaction, position);
    this.bytes += tile.bytes - before;
    if (counted) this.dirty.add(tile);
    return counted;
  }

  /**
   * Stores all that is dirty, each tile on the condition that nobody else wrote it. Returns the tiles that were stored.
   * Throws ForeignWriteError, or UNAVAILABLE and the like: then what was not stored is dirty again.
   */
  async flush(): Promise<readonly OpenTile[]> {
    const tiles = [...this.dirty];
    this.dirty.clear();
    for (const tile of tiles) this.touch(tile);
    const results = await Promise.allSettled(tiles.map((tile) => this.store(tile)));
    const failures = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
    const foreign = failures.find((failure) => failure instanceof ForeignWriteError);
    if (failures.length > 0) throw foreign ?? failures[0];
    return tiles;
  }

  /** Forgets clean tiles, least recently written first, until the rest fits. */
  evict(): void {
    if (this.bytes <= this.options.maxBytes) return;
    for (const [name, tile] of this.open) {
      if (tile.dirty || this.writing.has(tile)) continue;
      this.open.delete(name);
      this.bytes -= tile.bytes;
      if (this.bytes <= this.options.maxBytes) return;
    }
  }

  private async opened(
    key: TileKey,
    stored: StoredTile | undefined,
    erased: ReadonlyMap<string, Tombstone>,
  ): Promise<OpenTile> {
    const { rules, store } = this.options;
    const tombstone = key.owner.kind === 'user' ? erased.get(key.owner.profileKey) : undefined;
    if (stored === undefined) return OpenTile.empty(key, rules, tombstone);
    if (tombstone === undefined || !isNoLater(stored.mark, tombstone.mark))
      return OpenTile.stored(stored, rules, tombstone);
    // A zombie wrote it after the erasure removed what was there.
    await store.eraseOwner(key.owner, tombstone.mark);
    return OpenTile.empty(key, rules, tombstone);
  }

  private async store(tile: OpenTile): Promise<void> {
    this.writing.add(tile); // G2
    try {
      // A refused write may turn out to be an earlier one of our own that held less: then the rest follows at once (G3).
      while (!(await this.writeOnce(tile, tile.beginWrite(this.options.writer))));
    } finally {
      this.writing.delete(tile);
    }
  }

  /** Returns whether all that the write holds is stored now. */
  private async writeOnce(tile: OpenTile, write: TileWrite): Promise<boolean> {
    const result = await this.options.store.write(write).catch((error: unknown) => {
      tile.unwritten(write);
      this.dirty.add(tile);
      throw error;
    });
    if (result.kind === 'written') {
      tile.written(write);
      return true;
    }
    switch (tile.reconcile(write, result.current)) {
      case 'stored':
        return true;
      case 'stored in part':
        return false;
      case 'foreign':
        throw new ForeignWriteError(`tile ${nameOf(tile.key)}`);
    }
  }

  private touch(tile: OpenTile): void {
    const name = nameOf(tile.key);
    this.open.delete(name);
    this.open.set(name, tile);
  }

  private insert(name: string, tile: OpenTile): void {
    this.open.set(name, tile);
    this.bytes += tile.bytes;
  }
}

function sameOwner(left: TileOwner, right: TileOwner): boolean {
  if (left.kind === 'user') return right.kind === 'user' && left.profileKey === right.profileKey;
  return right.kind === 'population' && left.partition === right.partition;
}

function profileKeysOf(keys: readonly TileKey[]): readonly string[] {
  return keys.flatMap(({ owner }) => (owner.kind === 'user' ? [owner.profileKey] : []));
}

/** The place of a key. */
export function placeOf(key: TileKey): TilePlace {
  return { key, name: nameOf(key) };
}

function nameOf({ owner, day, region }: TileKey): string {
  return owner.kind === 'user' ? `${day}|${region}|u|${owner.profileKey}` : `${day}|${region}|p|${owner.partition}`;
}
