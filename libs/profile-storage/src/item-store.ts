import type { DynamoDBClient, WriteRequest } from '@aws-sdk/client-dynamodb';
import { Item as CatalogItem } from '@affinity/contracts';
import { writeInBatches } from './batch-writes';
import { BulkReads } from './bulk-reads';
import type { Item } from './tile-item';

/** The catalogue, as stored. */
export interface ItemStore {
  /** Those items that exist, by id. Throws UNAVAILABLE or RESOURCE_EXHAUSTED. */
  getItems(itemIds: readonly string[]): Promise<ReadonlyMap<string, CatalogItem>>;
  /** Writes items, each replacing what was there. Ids must differ. Throws UNAVAILABLE or RESOURCE_EXHAUSTED. */
  putItems(items: readonly CatalogItem[]): Promise<void>;
}

/** The catalogue in DynamoDB: one item each, as a binary protobuf. */
export function createDynamoItemStore({
  client,
  table,
  consistent = false,
}: {
  readonly client: DynamoDBClient;
  readonly table: string;
  /** Whether reads see every write that was answered before, at twice the price. Default: false. */
  readonly consistent?: boolean;
}): ItemStore {
  const reads = new BulkReads(client, { table, consistent, concurrency: 8 });
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
      await writeInBatches(client, table, items.map(putRequest));
    },
  };
}

function putRequest(item: CatalogItem): WriteRequest {
  const stored: Item = { pk: { S: item.itemId }, item: { B: CatalogItem.encode(item).finish() } };
  return { PutRequest: { Item: stored } };
}
