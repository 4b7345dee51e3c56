import type { CheckpointStore, StoredCheckpoint } from './checkpoint-store';
import type { Tombstone, TombstoneStore } from './tombstone-store';
import { ownerKey, encodeHashes, decodeHashes } from './tile-item';
import { decodeDimension, encodeDimension } from '@affinity/contracts';
import { emptyTile, isNoLater, stateBytes, type DayTile, type Mark } from '@affinity/domain';
import type {
  OwnerQuery,
  StoredTile,
  TileKey,
  TileOwner,
  TileReader,
  TileStore,
  TileWrite,
  TileWriteResult,
} from './tile-store';

interface StoredRow {
  readonly key: TileKey;
  readonly dimensions: Map<string, Uint8Array>;
  readonly eventCount: number;
  readonly mark: Mark;
  readonly version: number;
  readonly writer: string;
  readonly hashes: Uint8Array;
  readonly expiresAtS: number;
}

/** Day tiles in memory, kept as bytes like the real store's: for tests and benchmarks of what stands in front of a store. */
export class InMemoryTileStore implements TileStore, TileReader {
  private readonly rows = new Map<string, StoredRow>();

  /** See TileStore. */
  read(keys: readonly TileKey[]): Promise<readonly (StoredTile | undefined)[]> {
    return Promise.resolve(keys.map((key) => this.tileAt(key)));
  }

  /** See TileStore. */
  write(write: TileWrite): Promise<TileWriteResult> {
    const name = nameOf(write.key);
    const current = this.rows.get(name);
    if ((current?.version ?? 0) !== write.expectedVersion) return Promise.resolve({ kind: 'conflict', current });
    const dimensions = current?.dimensions ?? new Map<string, Uint8Array>();
    for (const [dimension, state] of write.changed) dimensions.set(dimension, encodeDimension(state));
    const { key, eventCount, mark, writer, expiresAtS } = write;
    const hashes = encodeHashes(write.eventIdHashes);
    this.rows.set(name, {
      key,
      dimensions,
      eventCount,
      mark,
      version: write.newVersion,
      writer,
      hashes,
      expiresAtS,
    });
    return Promise.resolve({ kind: 'written' });
  }

  /** See TileStore. */
  eraseOwner(owner: TileOwner, upTo: Mark): Promise<number> {
    const erased = [...this.rows].filter(
      ([, { key, mark }]) => ownerKey(0, key.owner) === ownerKey(0, owner) && isNoLater(mark, upTo),
    );
    for (const [name] of erased) this.rows.delete(name);
    return Promise.resolve(erased.length);
  }

  /** See TileReader. */
  readOwner(
    owner: TileOwner,
    { firstDay = -Infinity, lastDay = Infinity, dimensions }: OwnerQuery = {},
  ): Promise<readonly StoredTile[]> {
    const wanted = dimensions === undefined ? undefined : new Set(dimensions);
    const found = [...this.rows.values()]
      .filter(({ key }) => ownerKey(0, key.owner) === ownerKey(0, owner) && key.day >= firstDay && key.day <= lastDay)
      .sort((left, right) => left.key.day - right.key.day);
    return Promise.resolve(found.map((row) => toStoredTile(row, wanted)));
  }

  /** Every tile. */
  all(): readonly StoredTile[] {
    return [...this.rows.values()].map((row) => toStoredTile(row));
  }

  private tileAt(key: TileKey): StoredTile | undefined {
    const row = this.rows.get(nameOf(key));
    return row && toStoredTile(row);
  }
}

/** Tombstones in memory. */
export class InMemoryTombstoneStore implements TombstoneStore {
  private readonly tombstones = new Map<string, Tombstone>();

  /** See TombstoneStore. */
  read(profileKeys: readonly string[]): Promise<ReadonlyMap<string, Tombstone>> {
    const wanted = new Set(profileKeys);
    return Promise.resolve(new Map([...this.tombstones].filter(([profileKey]) => wanted.has(profileKey))));
  }

  /** See TombstoneStore. */
  write(profileKey: string, tombstone: Tombstone): Promise<void> {
    const current = this.tombstones.get(profileKey);
    if (current === undefined || current.erasedAtMs <= tombstone.erasedAtMs) this.tombstones.set(profileKey, tombstone);
    return Promise.resolve();
  }
}

/** Checkpoints in memory. */
export class InMemoryCheckpointStore implements CheckpointStore {
  private readonly checkpoints = new Map<number, StoredCheckpoint>();

  /** See CheckpointStore. */
  read(partition: number): Promise<StoredCheckpoint | undefined> {
    return Promise.resolve(this.checkpoints.get(partition));
  }

  /** See CheckpointStore. */
  write(partition: number, checkpoint: StoredCheckpoint, expectedVersion: number): Promise<boolean> {
    const current = this.checkpoints.get(partition);
    if ((current?.version ?? 0) !== expectedVersion) {
      return Promise.resolve(current?.writer === checkpoint.writer && current.version === checkpoint.version);
    }
    this.checkpoints.set(partition, checkpoint);
    return Promise.resolve(true);
  }
}

function nameOf({ owner, day, region }: TileKey): string {
  return `${ownerKey(0, owner)}|${day}|${region}`;
}

function toStoredTile(row: StoredRow, wanted?: ReadonlySet<string>): StoredTile {
  const { key, mark, version, writer, expiresAtS, eventCount } = row;
  return {
    key,
    tile: decodeTile(row, eventCount, wanted),
    mark,
    version,
    writer,
    expiresAtS,
    eventIdHashes: decodeHashes(row.hashes),
  };
}

function decodeTile({ dimensions }: StoredRow, eventCount: number, wanted: ReadonlySet<string> | undefined): DayTile {
  const tile = emptyTile();
  tile.eventCount = eventCount;
  for (const [name, bytes] of dimensions) {
    const state = wanted?.has(name) === false ? undefined : decodeDimension(bytes);
    if (state === undefined) continue;
    tile.dimensions.set(name, state);
    tile.valueBytes += stateBytes(state);
  }
  return tile;
}
