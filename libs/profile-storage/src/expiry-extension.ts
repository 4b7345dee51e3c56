import { ConditionalCheckFailedException, UpdateItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Schema } from '@affinity/domain';
import { retry } from '@affinity/service-kit';
import { dynamoFailure } from './dynamo-client';
import { scanTable } from './scan-table';
import { tileExpiryS } from './tile-expiry';
import { keyOfItem, type Item } from './tile-item';

/** Which tiles, and how long they are to be kept. */
export interface ExpiryExtensionOptions {
  readonly client: DynamoDBClient;
  readonly table: string;
  readonly schema: Pick<Schema, 'retentionDays' | 'allowedLatenessMs'>;
  /** Updates under way at a time. */
  readonly concurrency: number;
  /** Only looks. */
  readonly dryRun: boolean;
}

/** How far an extension has got. */
export interface ExtendedTiles {
  readonly looked: number;
  readonly extended: number;
}

/**
 * Keeps the stored tiles of all generations as long as a schema says now; what is to be kept longer already stays so. Yields
 * after each page. It changes nothing that a writer's condition looks at, so it may run while events are counted. Throws
 * UNAVAILABLE or RESOURCE_EXHAUSTED, and may be run again.
 */
export async function* extendExpiry(
  options: ExpiryExtensionOptions,
): AsyncGenerator<ExtendedTiles, ExtendedTiles, undefined> {
  const { client, table, schema, concurrency, dryRun } = options;
  let done: ExtendedTiles = { looked: 0, extended: 0 };
  const scan = {
    TableName: table,
    ProjectionExpression: 'pk, sk, #ttl',
    ExpressionAttributeNames: { '#ttl': 'ttl' },
    FilterExpression: 'attribute_exists(#ttl)',
  };
  for await (const items of scanTable(client, scan)) {
    const short = items.filter((item) => Number(item['ttl']?.N) < tileExpiryS(keyOfItem(item).day, schema));
    let extended = dryRun ? short.length : 0;
    for (let at = 0; at < short.length && !dryRun; at += concurrency) {
      const updates = short.slice(at, at + concurrency).map((item) => extend(item, options));
      for (const isExtended of await Promise.all(updates)) if (isExtended) extended += 1;
    }
    done = { looked: done.looked + items.length, extended: done.extended + extended };
    yield done;
  }
  return done;
}

/** Returns whether the tile was still there, and to be removed earlier. */
async function extend(item: Item, { client, table, schema }: ExpiryExtensionOptions): Promise<boolean> {
  const { pk, sk } = item;
  if (pk === undefined || sk === undefined) return false;
  const command = new UpdateItemCommand({
    TableName: table,
    Key: { pk, sk },
    UpdateExpression: 'SET #ttl = :ttl',
    ConditionExpression: 'attribute_exists(pk) AND #ttl < :ttl',
    ExpressionAttributeNames: { '#ttl': 'ttl' },
    ExpressionAttributeValues: { ':ttl': { N: String(tileExpiryS(keyOfItem(item).day, schema)) } },
  });
  return retry(
    async () => {
      try {
        await client.send(command);
        return true;
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return false;
        throw dynamoFailure(error);
      }
    },
    { attempts: 10 },
  );
}
