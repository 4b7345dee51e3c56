import type { DayTile, DimensionState } from './day-tile';
import { utf8Length } from './utf8-length';

/**
 * Most bytes that the values, item ids and sketch bins of one tile take. With 4,096 event id hashes (32 KiB) and the numbers of 200
 * dimensions a tile then stays below DynamoDB's 400 KB for an item.
 */
export const maxTileValueBytes = 300_000;

/** Bytes that a stored value takes besides its text: a weight, a time and their tags. */
const bytesBesideText = 24;

/** Bytes that a bin of a quantile sketch takes: its key and its weight. */
const bytesPerBin = 11;

/** Whether a new bin of a quantile sketch still fits the tile. */
export function admitsBin(tile: DayTile): boolean {
  return tile.valueBytes + bytesPerBin <= maxTileValueBytes;
}

/** Charges a bin that was just made. */
export function chargeBin(tile: DayTile): void {
  tile.valueBytes += bytesPerBin;
}

/** Whether a new value still fits the tile. */
export function admitsValue(tile: DayTile, value: string): boolean {
  return tile.valueBytes + valueBytes(value) <= maxTileValueBytes;
}

/** Charges a value that was just added. */
export function chargeValue(tile: DayTile, value: string): void {
  tile.valueBytes += valueBytes(value);
}

/** What a dimension's state takes of the tile's bytes. */
export function stateBytes(state: DimensionState): number {
  switch (state.kind) {
    case 'categorical':
      return sumOfValues(state.weights.keys());
    case 'item':
      return sumOfValues(state.items.keys());
    case 'numeric':
      return ((state.sketch?.positive.size ?? 0) + (state.sketch?.negative.size ?? 0)) * bytesPerBin;
  }
}

function sumOfValues(values: Iterable<string>): number {
  let total = 0;
  for (const value of values) total += valueBytes(value);
  return total;
}

function valueBytes(value: string): number {
  return utf8Length(value) + bytesBesideText;
}
