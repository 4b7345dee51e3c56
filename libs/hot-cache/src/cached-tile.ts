import { CachedTile, fromStoredDimension, toStoredDimension } from '@affinity/contracts';
import { emptyTile, formatDay, stateBytes, type Day, type DayTile, type Mark } from '@affinity/domain';

/** A user's tile as caches carry it. */
export interface CacheableTile {
  readonly day: Day;
  readonly region: string;
  readonly mark: Mark;
  readonly tile: DayTile;
}

/** Digits of a number before the bytes of a tile: fixed, so that texts compare as numbers do. */
const digits = 20;

/** Length of the mark before the bytes of a tile: its timestamp, then its sequence. */
export const markLength = 2 * digits;

/** The hash field of a tile in its user's entry. */
export function tileField(tile: { readonly day: Day; readonly region: string }): string {
  return `t${formatDay(tile.day)}#${tile.region}`;
}

/** A tile as a message. */
export function toCachedTile({ day, region, mark, tile }: CacheableTile): CachedTile {
  return {
    day,
    region,
    markSequence: BigInt(mark.sequence),
    markTimestampNs: mark.timestampNs,
    eventCount: BigInt(tile.eventCount),
    dimensions: new Map([...tile.dimensions].map(([name, state]) => [name, toStoredDimension(state)])),
  };
}

/** The cached bytes of a tile: its mark as fixed-length digits, then the tile. */
export function encodeCacheableTile(tile: CacheableTile): Buffer {
  const { mark } = tile;
  const prefix = mark.timestampNs.toString().padStart(digits, '0') + String(mark.sequence).padStart(digits, '0');
  return Buffer.concat([Buffer.from(prefix, 'latin1'), CachedTile.encode(toCachedTile(tile)).finish()]);
}

/** The tile of cached bytes. Throws when they are none. */
export function decodeCacheableTile(bytes: Uint8Array): CacheableTile {
  return fromCachedTile(CachedTile.decode(bytes.subarray(markLength)));
}

/** The tile of a message. */
export function fromCachedTile(message: CachedTile): CacheableTile {
  const tile = emptyTile();
  tile.eventCount = Number(message.eventCount);
  for (const [name, stored] of message.dimensions) {
    const state = fromStoredDimension(stored);
    if (state === undefined) continue;
    tile.dimensions.set(name, state);
    tile.valueBytes += stateBytes(state);
  }
  const mark = { sequence: Number(message.markSequence), timestampNs: message.markTimestampNs };
  return { day: message.day, region: message.region, mark, tile };
}
