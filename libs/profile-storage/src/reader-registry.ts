import { GetItemCommand, UpdateItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Mark } from '@affinity/domain';
import { BulkReads } from './bulk-reads';
import { dynamoFailure } from './dynamo-client';
import { checkpointKey } from './dynamo-checkpoint-store';
import { markOfItem } from './tile-item';

/** Knows the readers whose checkpoints hold back the purge of the stream. */
export interface ReaderRegistry {
  /** From now on nothing is purged that this reader has not read in each of its parts (partitions or shards). */
  register(reader: string, parts: number): Promise<void>;
  /** Forgets a reader: it holds back no purge any more. Does nothing for one that is not registered. */
  unregister(reader: string): Promise<void>;
  /**
   * The lowest sequence and the earliest time among the checkpoints of all parts of all registered readers; undefined while one
   * has none, or nobody is registered. Where these are of different checkpoints, one of them is of a part of the stream that
   * was lost, and no message has both.
   */
  lowestCheckpoint(): Promise<Mark | undefined>;
}

const pk = { S: 'readers' };

/** The registry in DynamoDB's control table, where the checkpoints are. */
export function createDynamoReaderRegistry({
  client,
  table,
}: {
  readonly client: DynamoDBClient;
  readonly table: string;
}): ReaderRegistry {
  const checkpoints = new BulkReads(client, { table, consistent: true, concurrency: 4 });
  const fail = (error: unknown): never => {
    throw dynamoFailure(error);
  };
  return {
    async register(reader, parts) {
      const command = new UpdateItemCommand({
        TableName: table,
        Key: { pk },
        UpdateExpression: 'SET #reader = :parts',
        ExpressionAttributeNames: { '#reader': reader },
        ExpressionAttributeValues: { ':parts': { N: String(parts) } },
      });
      await client.send(command).catch(fail);
    },
    async unregister(reader) {
      const command = new UpdateItemCommand({
        TableName: table,
        Key: { pk },
        UpdateExpression: 'REMOVE #reader',
        ExpressionAttributeNames: { '#reader': reader },
      });
      await client.send(command).catch(fail);
    },
    async lowestCheckpoint() {
      const get = new GetItemCommand({ TableName: table, Key: { pk }, ConsistentRead: true });
      const { Item = {} } = await client.send(get).catch(fail);
      const readers = Object.entries(Item).filter(([name]) => name !== 'pk');
      const keys = readers.flatMap(([reader, parts]) =>
        Array.from({ length: Number(parts.N ?? 0) }, (_, part) => checkpointKey(reader, part)),
      );
      const found = await Promise.all(keys.map((key) => checkpoints.read(key)));
      const marks = found.flatMap((item) => (item === undefined ? [] : [markOfItem(item)]));
      if (marks.length < keys.length) return undefined;
      return marks.length === 0 ? undefined : marks.reduce(lowest);
    },
  };
}

function lowest(left: Mark, right: Mark): Mark {
  return {
    sequence: Math.min(left.sequence, right.sequence),
    timestampNs: left.timestampNs < right.timestampNs ? left.timestampNs : right.timestampNs,
  };
}
