import type { TileKey, TileWrite } from './tile-store';

/** The first write of a tile, of one event that changed no dimension: for tests of which writes take place, not of what they hold. */
export function firstWrite(key: TileKey, over: Partial<TileWrite> = {}): TileWrite {
  return {
    key,
    expectedVersion: 0,
    newVersion: 1,
    changed: new Map(),
    eventCount: 1,
    mark: { sequence: 1, timestampNs: 1n },
    writer: 'w',
    eventIdHashes: [],
    expiresAtS: 2_000_000_000,
    ...over,
  };
}
