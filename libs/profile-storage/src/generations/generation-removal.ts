import { BatchWriteItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { retry, resourceExhausted } from '@affinity/service-kit';
import { checkpointKey } from '../dynamo-checkpoint-store';
import { dynamoFailure } from '../dynamo-client';
import { scanTable, type TableScan } from '../scan-table';
import type { TableNames } from '../tables';
import type { Item } from '../tile-item';

/** Where tiles and checkpoints are. */
export interface GenerationRemovalOptions {
  readonly client: DynamoDBClient;
  readonly tables: TableNames;
}

/** BatchWriteItem takes 25 requests. Source: DynamoDB API reference, BatchWriteItem. */
const maxDeletes = 25;

/**
 * Removes all tiles of a generation, as often as it takes until none is left: somebody who was slow to learn that it is dropped
 * may still be writing. Returns how many went. Throws UNAVAILABLE or RESOURCE_EXHAUSTED, and may be called again.
 */
export async function removeGenerationTiles(
  { client, tables }: GenerationRemovalOptions,
  generation: number,
): Promise<number> {
  for (let removed = 0; ;) {
    let found = 0;
    for await (const keys of scanTable(client, keysOf(tables.tiles, generation))) {
      for (let at = 0; at < keys.length; at += maxDeletes)
        await deleteAll(client, { table: tables.tiles, keys: keys.slice(at, at + maxDeletes) });
      found += keys.length;
    }
    if (found === 0) return removed;
    removed += found;
  }
}

/** Removes the checkpoints of a reader, in each of its parts. Throws UNAVAILABLE or RESOURCE_EXHAUSTED. */
export async function removeCheckpoints(
  { client, tables }: GenerationRemovalOptions,
  { reader, parts }: { readonly reader: string; readonly parts: number },
): Promise<void> {
  const keys = Array.from({ length: parts }, (_, part) => checkpointKey(reader, part));
  for (let at = 0; at < keys.length; at += maxDeletes)
    await deleteAll(client, { table: tables.control, keys: keys.slice(at, at + maxDeletes) });
}

function keysOf(table: string, generation: number): TableScan {
  return {
    TableName: table,
    ProjectionExpression: 'pk, sk',
    FilterExpression: 'begins_with(pk, :generation)',
    ExpressionAttributeValues: { ':generation': { S: `${generation}|` } },
  };
}

async function deleteAll(
  client: DynamoDBClient,
  { table, keys }: { readonly table: string; readonly keys: readonly Item[] },
): Promise<void> {
  let left = keys.map((Key) => ({ DeleteRequest: { Key } }));
  const attempt = async (): Promise<void> => {
    const command = new BatchWriteItemCommand({ RequestItems: { [table]: left } });
    const { UnprocessedItems = {} } = await client.send(command).catch((error: unknown) => {
      throw dynamoFailure(error);
    });
    left = (UnprocessedItems[table] ?? []).flatMap(({ DeleteRequest }) =>
      DeleteRequest?.Key === undefined ? [] : [{ DeleteRequest: { Key: DeleteRequest.Key } }],
    );
    if (left.length > 0) throw resourceExhausted('DynamoDB throttles deletes', 100);
  };
  await retry(attempt, { attempts: 10 });
}
