import { createHash } from 'node:crypto';
import type { DynamoTombstoneStoreOptions } from './dynamo-tombstone-store';
import { tombstoneId, tombstoneOf } from './dynamo-tombstone-store';
import { scanTable } from './scan-table';
import type { Tombstone } from './tombstone-store';

/** All tombstones at one time, in memory: about 200 bytes each. */
export interface TombstoneSet {
  /** Tells this set from any other: SHA-256 over all of them, lower-case hex. */
  readonly digest: string;
  readonly size: number;
  /** The tombstone of a profile; undefined when it was never erased. */
  find(profileKey: string): Tombstone | undefined;
}

/**
 * Reads all tombstones, for those who meet more profiles than could be asked for one by one. Throws UNAVAILABLE or
 * RESOURCE_EXHAUSTED.
 */
export async function scanTombstones(options: DynamoTombstoneStoreOptions): Promise<TombstoneSet> {
  const found = new Map<string, Tombstone>();
  const scan = {
    TableName: options.table,
    FilterExpression: 'begins_with(pk, :prefix)',
    ExpressionAttributeValues: { ':prefix': { S: 'tombstone|' } },
  };
  for await (const items of scanTable(options.client, scan))
    for (const item of items) found.set(item['pk']?.S ?? '', tombstoneOf(item));
  const hash = createHash('sha256');
  for (const [id, { mark, erasedAtMs }] of [...found].sort(([left], [right]) => (left < right ? -1 : 1)))
    hash.update(`${id} ${mark.sequence} ${mark.timestampNs} ${erasedAtMs}\n`);
  return {
    digest: hash.digest('hex'),
    size: found.size,
    find: (profileKey) => found.get(tombstoneId(options.hashKey, profileKey)),
  };
}
