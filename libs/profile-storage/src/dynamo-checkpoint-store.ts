import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { BulkReads } from './bulk-reads';
import type { CheckpointStore, StoredCheckpoint } from './checkpoint-store';
import { ConditionalWrites, insertStatement, updateStatement } from './conditional-writes';
import { headOfItem, type Item } from './tile-item';

/** Whose checkpoints. */
export interface DynamoCheckpointStoreOptions {
  readonly client: DynamoDBClient;
  /** The control table. */
  readonly table: string;
  /** Which reader, such as `profile-aggregator/1/eu-central-1`: with generation and region where it has them. */
  readonly reader: string;
}

/** Checkpoints in DynamoDB's control table. */
export class DynamoCheckpointStore implements CheckpointStore {
  private readonly writes: ConditionalWrites;
  private readonly reads: BulkReads;

  constructor(private readonly options: DynamoCheckpointStoreOptions) {
    this.writes = new ConditionalWrites(options.client, { concurrency: 4 });
    this.reads = new BulkReads(options.client, { table: options.table, consistent: true, concurrency: 4 });
  }

  /** See CheckpointStore. */
  async read(partition: number): Promise<StoredCheckpoint | undefined> {
    const item = await this.reads.read(this.key(partition));
    return item === undefined ? undefined : headOfItem(item);
  }

  /** See CheckpointStore. */
  async write(partition: number, checkpoint: StoredCheckpoint, expectedVersion: number): Promise<boolean> {
    const key = this.key(partition);
    const set: Item = {
      version: { N: String(checkpoint.version) },
      writer: { S: checkpoint.writer },
      mark_seq: { N: String(checkpoint.mark.sequence) },
      mark_ts: { N: String(checkpoint.mark.timestampNs) },
    };
    const { table } = this.options;
    const statement =
      expectedVersion === 0
        ? insertStatement(table, { ...key, ...set })
        : updateStatement(table, { key, set, expectedVersion });
    if ((await this.writes.write(statement)).kind === 'written') return true;
    const current = await this.read(partition);
    return current?.writer === checkpoint.writer && current.version === checkpoint.version;
  }

  private key(partition: number): Item {
    return checkpointKey(this.options.reader, partition);
  }
}

/** The primary key of a reader's checkpoint in one of its parts. */
export function checkpointKey(reader: string, part: number): Item {
  return { pk: { S: `checkpoint|${reader}|${part}` } };
}
