import { UpdateItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createHmac } from 'node:crypto';
import { BulkReads } from './bulk-reads';
import { dynamoFailure } from './dynamo-client';
import { markOfItem, type Item } from './tile-item';
import type { Tombstone, TombstoneStore } from './tombstone-store';

/** Where tombstones are kept and by which key they are hashed. */
export interface DynamoTombstoneStoreOptions {
  readonly client: DynamoDBClient;
  /** The control table. */
  readonly table: string;
  /** Secret of the deployment, at least 16 characters. With another key no tombstone is found any more. */
  readonly hashKey: string;
}

/** Tombstones in DynamoDB's control table. */
export function createDynamoTombstoneStore({ client, table, hashKey }: DynamoTombstoneStoreOptions): TombstoneStore {
  const reads = new BulkReads(client, { table, consistent: true, concurrency: 8 });
  const keyOf = (profileKey: string): Item => ({ pk: { S: tombstoneId(hashKey, profileKey) } });
  return {
    async read(profileKeys) {
      const unique = [...new Set(profileKeys)];
      const items = await Promise.all(unique.map((profileKey) => reads.read(keyOf(profileKey))));
      const found = new Map<string, Tombstone>();
      unique.forEach((profileKey, i) => {
        const item = items[i];
        if (item !== undefined) found.set(profileKey, tombstoneOf(item));
      });
      return found;
    },
    async write(profileKey, { mark, erasedAtMs }) {
      const command = new UpdateItemCommand({
        TableName: table,
        Key: keyOf(profileKey),
        UpdateExpression: 'SET mark_seq = :seq, mark_ts = :ts, erased_at = :at',
        ConditionExpression: 'attribute_not_exists(erased_at) OR erased_at <= :at',
        ExpressionAttributeValues: {
          ':seq': { N: String(mark.sequence) },
          ':ts': { N: String(mark.timestampNs) },
          ':at': { N: String(erasedAtMs) },
        },
      });
      await client.send(command).catch((error: unknown) => {
        if (error instanceof Error && error.name === 'ConditionalCheckFailedException') return; // A later one stands.
        throw dynamoFailure(error);
      });
    },
  };
}

/** The primary key of a profile's tombstone, from which the profile cannot be told. */
export function tombstoneId(hashKey: string, profileKey: string): string {
  return `tombstone|${createHmac('sha256', hashKey).update(profileKey).digest('base64url')}`;
}

/** The tombstone that an item holds. */
export function tombstoneOf(item: Item): Tombstone {
  return { mark: markOfItem(item), erasedAtMs: Number(item['erased_at']?.N ?? 0) };
}
