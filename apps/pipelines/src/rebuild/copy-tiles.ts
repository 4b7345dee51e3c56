import { isNoLater, type Day } from '@affinity/domain';
import type { StoredTile, TileStore, TombstoneSet } from '@affinity/profile-storage';
import { AffinityError, retry } from '@affinity/service-kit';

/** What is copied where. */
export interface CopyOptions {
  /** Every tile of the generation that is copied from. */
  readonly source: AsyncIterable<StoredTile>;
  readonly target: TileStore;
  readonly isRebuilt: (day: Day) => boolean;
  readonly region: string;
  readonly erased: TombstoneSet;
  readonly nowMs: number;
  readonly signal: AbortSignal;
  readonly onCopied: (tiles: number) => void;
}

const writesAtOnce = 200;

/**
 * Copies the tiles of the days that are not rebuilt, each with its mark: what the mark covers is not counted again by whoever
 * continues the tile, and what it does not cover comes in the replay. A tile that is there already stays, since it was copied,
 * or begun by the replay, before. Expired and erased tiles are left out. Returns how many there were.
 */
export async function copyTiles(options: CopyOptions): Promise<number> {
  let batch: StoredTile[] = [];
  let copied = 0;
  const flush = async (): Promise<void> => {
    await Promise.all(batch.map((tile) => copyTile(tile, options)));
    copied += batch.length;
    batch = [];
    options.onCopied(copied);
  };
  for await (const tile of options.source) {
    options.signal.throwIfAborted();
    if (tile.key.region !== options.region)
      throw new AffinityError(
        'FAILED_PRECONDITION',
        `there are tiles of region ${tile.key.region}: a rebuild works for deployments with one region`,
      );
    if (!options.isRebuilt(tile.key.day) && isPresent(tile, options)) batch.push(tile);
    if (batch.length >= writesAtOnce) await flush();
  }
  await flush();
  return copied;
}

function isPresent({ key, mark, expiresAtS }: StoredTile, { erased, nowMs }: CopyOptions): boolean {
  if (expiresAtS * 1_000 <= nowMs) return false;
  const tombstone = key.owner.kind === 'user' ? erased.find(key.owner.profileKey) : undefined;
  return tombstone === undefined || !isNoLater(mark, tombstone.mark);
}

async function copyTile(stored: StoredTile, { target, signal }: CopyOptions): Promise<void> {
  const { key, tile, mark, version, writer, eventIdHashes, expiresAtS } = stored;
  const write = {
    key,
    expectedVersion: 0,
    newVersion: version,
    changed: tile.dimensions,
    eventCount: tile.eventCount,
    mark,
    writer,
    eventIdHashes,
    expiresAtS,
  };
  await retry(() => target.write(write), { attempts: Infinity, signal, isRetryable: isStoreAway });
}

function isStoreAway({ code }: { readonly code: string }): boolean {
  return code === 'UNAVAILABLE' || code === 'RESOURCE_EXHAUSTED';
}
