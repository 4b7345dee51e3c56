import { BatchWriteItemCommand, type DynamoDBClient, type WriteRequest } from '@aws-sdk/client-dynamodb';
import { resourceExhausted } from '@affinity/service-kit';
import { dynamoFailure } from './dynamo-client';

/** BatchWriteItem takes 25 requests. Source: DynamoDB API reference, BatchWriteItem. */
const maxRequests = 25;

/** Puts and deletes without conditions, each on an item of its own. Throws UNAVAILABLE or RESOURCE_EXHAUSTED: some may be done. */
export async function writeInBatches(
  client: DynamoDBClient,
  table: string,
  requests: readonly WriteRequest[],
): Promise<void> {
  const count = Math.ceil(requests.length / maxRequests);
  const batches = Array.from({ length: count }, (_, i) => requests.slice(i * maxRequests, (i + 1) * maxRequests));
  await Promise.all(batches.map((batch) => writeBatch(client, table, batch)));
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
