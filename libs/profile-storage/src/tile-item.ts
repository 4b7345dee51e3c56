import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { emptyTile, formatDay, parseDay, stateBytes, type Day, type DayTile, type Mark } from '@affinity/domain';
import { decodeDimension } from '@affinity/contracts';
import type { StoredTile, TileHead, TileKey, TileOwner } from './tile-store';

/** A DynamoDB item. */
export type Item = Record<string, AttributeValue>;

const dimensionPrefix = 'd_';

/** The attributes of a tile besides its dimensions. */
export const headAttributes = ['pk', 'sk', 'mark_seq', 'mark_ts', 'version', 'writer', 'event_count', 'ttl'] as const;

/** The attribute that holds a dimension's state. */
export function dimensionAttribute(name: string): string {
  return dimensionPrefix + name;
}

/** The partition key of an owner's tiles in a generation. */
export function ownerKey(generation: number, owner: TileOwner): string {
  return owner.kind === 'user' ? `${generation}|u|${owner.profileKey}` : `${generation}|p|${owner.partition}`;
}

/** The owner that a partition key names. Throws RangeError when it names none. */
export function parseOwnerKey(pk: string): { readonly generation: number; readonly owner: TileOwner } {
  const match = /^(\d+)\|([up])\|(.*)$/s.exec(pk);
  if (match === null) throw new RangeError(`not the key of a tile: ${pk}`);
  const [, generation = '', kind, rest = ''] = match;
  const owner: TileOwner =
    kind === 'u' ? { kind: 'user', profileKey: rest } : { kind: 'population', partition: Number(rest) };
  return { generation: Number(generation), owner };
}

/** The sort key of a day in a region. Keys sort by day. */
export function daySortKey(day: Day, region: string): string {
  return `${formatDay(day)}#${region}`;
}

/** The primary key of a tile. */
export function tilePrimaryKey(generation: number, { owner, day, region }: TileKey): Item {
  return { pk: { S: ownerKey(generation, owner) }, sk: { S: daySortKey(day, region) } };
}

/** The tile that an item holds. Dimensions of a kind unknown to this version are left out. */
export function tileOfItem(item: Item): StoredTile {
  const tile = emptyTile();
  tile.eventCount = numberOf(item['event_count']);
  for (const [name, value] of Object.entries(item)) {
    if (name.startsWith(dimensionPrefix) && value.B !== undefined)
      addDimension(tile, name.slice(dimensionPrefix.length), value.B);
  }
  return {
    key: keyOfItem(item),
    tile,
    ...headOfItem(item),
    eventIdHashes: decodeHashes(item['event_ids']?.B),
    expiresAtS: numberOf(item['ttl']),
  };
}

function addDimension(tile: DayTile, name: string, bytes: Uint8Array): void {
  const state = decodeDimension(bytes);
  if (state === undefined) return;
  tile.dimensions.set(name, state);
  tile.valueBytes += stateBytes(state);
}

/** Who wrote an item last. */
export function headOfItem(item: Item): TileHead {
  return { version: numberOf(item['version']), writer: item['writer']?.S ?? '', mark: markOfItem(item) };
}

/** The mark that an item carries. */
export function markOfItem(item: Item): Mark {
  return { sequence: numberOf(item['mark_seq']), timestampNs: BigInt(item['mark_ts']?.N ?? '0') };
}

/** The key of the tile that an item holds. */
export function keyOfItem(item: Item): TileKey {
  const [dayText = '', region = ''] = (item['sk']?.S ?? '').split('#');
  const day = parseDay(dayText);
  if (day === undefined) throw new RangeError(`not the day of a tile: ${dayText}`);
  return { owner: parseOwnerKey(item['pk']?.S ?? '').owner, day, region };
}

function numberOf(value: AttributeValue | undefined): number {
  return Number(value?.N ?? 0);
}

/** Hashes as little-endian 64-bit floats: eight bytes each. */
export function encodeHashes(hashes: readonly number[]): Uint8Array {
  const bytes = Buffer.allocUnsafe(hashes.length * 8);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let i = 0; i < hashes.length; i += 1) view.setFloat64(i * 8, hashes[i] ?? 0, true);
  return bytes;
}

/** Hashes of `encodeHashes`. */
export function decodeHashes(bytes: Uint8Array | undefined): readonly number[] {
  if (bytes === undefined) return [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.byteLength / 8 }, (_, i) => view.getFloat64(i * 8, true));
}
