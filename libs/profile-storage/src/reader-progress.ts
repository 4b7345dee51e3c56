import { GetItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Mark } from '@affinity/domain';
import { BulkReads } from './bulk-reads';
import { dynamoFailure } from './dynamo-client';
import { checkpointKey } from './dynamo-checkpoint-store';
import { markOfItem } from './tile-item';

/** How far a registered reader has come in one partition. */
export interface ReaderProgress {
  readonly reader: string;
  /** Undefined: it has stored no checkpoint yet. */
  readonly checkpoint: Mark | undefined;
}

/**
 * How far each registered reader has come with a partition. A reader with fewer parts than there are partitions keeps one
 * checkpoint for all partitions that are equal modulo its parts, as the lake sink does. Throws UNAVAILABLE, RESOURCE_EXHAUSTED.
 */
export async function readProgress(
  { client, table }: { readonly client: DynamoDBClient; readonly table: string },
  partition: number,
): Promise<readonly ReaderProgress[]> {
  const get = new GetItemCommand({ TableName: table, Key: { pk: { S: 'readers' } }, ConsistentRead: true });
  const { Item = {} } = await client.send(get).catch((error: unknown) => {
    throw dynamoFailure(error);
  });
  const checkpoints = new BulkReads(client, { table, consistent: true, concurrency: 4 });
  const readers = Object.entries(Item).filter(([name]) => name !== 'pk');
  return Promise.all(
    readers.map(async ([reader, parts]) => {
      const item = await checkpoints.read(checkpointKey(reader, partition % Number(parts.N ?? 1)));
      return { reader, checkpoint: item && markOfItem(item) };
    }),
  );
}
