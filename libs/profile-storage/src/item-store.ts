import { BatchWriteItemCommand, type DynamoDBClient, type WriteRequest } from '@aws-sdk/client-dynamodb';
import { Item as CatalogItem } from '@affinity/contracts';
import { resourceExhausted } from '@affinity/service-kit';
import { BulkReads } from './bulk-reads';
import { dynamoFailure } from './dynamo-client';
import type { Item } from './tile-item';

/** The catalogue, as stored. */
export interface ItemStore {
  /** Those items that exist, by id. Throws UNAVAILABLE or RESOURCE_EXHAUSTED. */
  getItems(itemIds: readonly string[]): Promise<ReadonlyMap<string, CatalogItem>>;
  /** Writes items, each replacing what was there. Ids must differ. Throws UNAVAILABLE or RESOURCE_EXHAUSTED. */
  putItems(items: readonly CatalogItem[]): Promise<void>;
}

/** BatchWriteItem takes 25 items. Source: DynamoDB API reference, BatchWriteItem. */
const maxPuts = 25;

/** The catalogue in DynamoDB: one item each, as a binary protobuf. */
export function createDynamoItemStore({
  client,
  table,
}: {
  readonly client: DynamoDBClient;
  readonly table: string;
}): ItemStore {
  const reads = new BulkReads(client, { table, consistent: false, concurrency: 8 });
  return {
    async getItems(itemIds) {
      const unique = [...new Set(itemIds)];
      const found = await Promise.all(unique.map((itemId) => reads.read({ pk: { S: itemId } })));
      const items = new Map<string, CatalogItem>();
      for (const item of found) {
        if (item?.['item']?.B !== undefined) items.set(item['pk']?.S ?? '', CatalogItem.decode(item['item'].B));
      }
      return items;
    },
    async putItems(items) {
      const requests = items.map(putRequest);
      const batches = Array.from({ length: Math.ceil(requests.length / maxPuts) }, (_, i) =>
        requests.slice(i * maxPuts, (i + 1) * maxPuts),
      );
      await Promise.all(batches.map((batch) => writeBatch(client, table, batch)));
    },
  };
}

function putRequest(item: CatalogItem): WriteRequest {
  const stored: Item = { pk: { S: item.itemId }, item: { B: CatalogItem.encode(item).finish() } };
  return { PutRequest: { Item: stored } };
}

async function writeBatch(client: DynamoDBClient, table: string, batch: readonly WriteRequest[]): Promise<void> {
  let left = [...batch];
  while (left.length > 0) {
    const command = new BatchWriteItemCommand({ RequestItems: { [table]: left } });
    const answer = await client.send(command).catch((error: unknown) => {
      throw dynamoFailure(error);
    });
    const unprocessed = answer.UnprocessedItems?.[table] ?? [];
    if (unprocessed.length === left.length) throw resourceExhausted('DynamoDB throttles writes', 200);
    left = unprocessed;
  }
}
