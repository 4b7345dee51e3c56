import { isNoLater } from '@affinity/domain';
import { AffinityError } from '@affinity/service-kit';
import type { StoredTile, TileKey, TileOwner, TileStore, TileWrite } from '../tile-store';
import type { Tombstone, TombstoneStore } from '../tombstone-store';
import { OpenTile, tileName, type CountedEvent, type CountingRules } from './open-tile';

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

/**
 * The open tiles of one partition that are flushed together.
 *
 * G1. Events are counted in the order in which they are given.
 * G2. One write of a tile is under way at most, and one flush of the group.
 * G3. A flush that succeeds has stored every event counted before it began.
 * G4. Of each tile there is one in memory: an opening waits until the one before has ended, be it that its caller has given it
 *     up. Else what was read before could take the place of what has counted since.
 */
export class TileGroup {
  /** In the order of their last write, or of being opened. */
  private readonly open = new Map<string, OpenTile>();
  private readonly dirty = new Set<OpenTile>();
  private readonly writing = new Set<OpenTile>();
  private opening: Promise<unknown> = Promise.resolve();
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

  /**
   * Opens tiles, reading those that are not open yet; the answer has the order of the keys. Throws UNAVAILABLE or
   * RESOURCE_EXHAUSTED and may be called again.
   */
  openAll(keys: readonly TileKey[]): Promise<readonly OpenTile[]> {
    const opened = this.opening.then(() => this.openMissing(keys)); // G4
    this.opening = opened.catch(() => undefined);
    return opened;
  }

  /** Counts an event in its tile, which must be open. Returns whether it was new. */
  count(tile: OpenTile, event: CountedEvent): boolean {
    const counted = tile.count(event);
    if (counted) this.dirty.add(tile);
    return counted;
  }

  /**
   * Stores all that is dirty, each tile on the condition that nobody else wrote it, and tells of each tile that was stored.
   * Throws ForeignWriteError, or UNAVAILABLE and the like: then what was not stored is dirty again.
   */
  async flush(onStored: (tile: OpenTile) => void): Promise<void> {
    const tiles = [...this.dirty];
    this.dirty.clear();
    for (const tile of tiles) this.touch(tile);
    const results = await Promise.allSettled(tiles.map((tile) => this.store(tile).then(() => onStored(tile))));
    const failures = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
    const foreign = failures.find((failure) => failure instanceof ForeignWriteError);
    if (failures.length > 0) throw foreign ?? failures[0];
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

  private async openMissing(keys: readonly TileKey[]): Promise<readonly OpenTile[]> {
    const names = keys.map(tileName);
    const missing = new Map<string, TileKey>();
    for (const [i, key] of keys.entries()) {
      const name = names[i] ?? '';
      if (!this.open.has(name)) missing.set(name, key);
    }
    if (missing.size > 0) await this.read([...missing.values()]);
    return names.map((name) => this.opened(name));
  }

  private opened(name: string): OpenTile {
    const tile = this.open.get(name);
    if (tile === undefined) throw new AffinityError('INTERNAL', `tile ${name} was not read`);
    return tile;
  }

  private async read(keys: readonly TileKey[]): Promise<void> {
    const { store, tombstones } = this.options;
    const [stored, erased] = await Promise.all([store.read(keys), tombstones.read(profileKeysOf(keys))]);
    for (const [i, key] of keys.entries()) {
      const tombstone = key.owner.kind === 'user' ? erased.get(key.owner.profileKey) : undefined;
      const tile = await this.tileOf(key, { stored: stored[i], tombstone });
      this.open.set(tile.name, tile);
      this.bytes += tile.bytes;
    }
  }

  private async tileOf(key: TileKey, { stored, tombstone }: Found): Promise<OpenTile> {
    const { rules, store } = this.options;
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
      while (!(await this.writeOnce(tile, this.beginWrite(tile))));
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
        throw new ForeignWriteError(`tile ${tile.name}`);
    }
  }

  private beginWrite(tile: OpenTile): TileWrite {
    const before = tile.bytes;
    const write = tile.beginWrite(this.options.writer);
    this.bytes += tile.bytes - before;
    return write;
  }

  private touch(tile: OpenTile): void {
    this.open.delete(tile.name);
    this.open.set(tile.name, tile);
  }
}

/** What the stores hold of a tile. */
interface Found {
  readonly stored: StoredTile | undefined;
  readonly tombstone: Tombstone | undefined;
}

/** Whether both are the same profile or partition. */
export function sameOwner(left: TileOwner, right: TileOwner): boolean {
  if (left.kind === 'user') return right.kind === 'user' && left.profileKey === right.profileKey;
  return right.kind === 'population' && left.partition === right.partition;
}

function profileKeysOf(keys: readonly TileKey[]): readonly string[] {
  return keys.flatMap(({ owner }) => (owner.kind === 'user' ? [owner.profileKey] : []));
}
