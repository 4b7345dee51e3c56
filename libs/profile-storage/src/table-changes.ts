import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  type _Record,
  DescribeStreamCommand,
  type DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type Shard,
} from '@aws-sdk/client-dynamodb-streams';
import { changeStreamOf } from './change-stream';
import { dynamoFailure } from './dynamo-client';

/** How far a table's changes were read: each shard's last sequence number, or that it was read to its end. */
export interface ChangeCursor {
  readonly streamArn: string;
  readonly shards: Readonly<Record<string, ShardProgress>>;
}

/** `after`: absent before the shard's first record. */
export type ShardProgress = { readonly after?: string } | { readonly done: true };

/** A change of an item of a table. */
export interface TableChange {
  /** The item's partition key. */
  readonly key: string;
  /** When it happened, in epoch milliseconds, about. */
  readonly atMs: number;
}

/** What was read. `lost`: changes after the cursor are gone, because the stream keeps them for 24 hours or was made anew. */
export type ReadChanges =
  | { readonly kind: 'changes'; readonly changes: readonly TableChange[]; readonly cursor: ChangeCursor }
  | { readonly kind: 'lost' };

/**
 * The changes of a table, by key, from DynamoDB Streams: each change once and, for the same key, in order, however many
 * write. Throws UNAVAILABLE or RESOURCE_EXHAUSTED.
 */
export interface TableChanges {
  /** A cursor before the oldest change that is still kept. Turns the table's stream on if it is off. */
  begin(): Promise<ChangeCursor>;
  /** The next changes, at most about 1,000 for each shard; none when all are read. */
  read(cursor: ChangeCursor): Promise<ReadChanges>;
}

/** What changes are read through. */
export interface DynamoTableChangesOptions {
  readonly client: DynamoDBClient;
  readonly streams: DynamoDBStreamsClient;
  readonly table: string;
  /** Epoch milliseconds. */
  readonly nowMs: () => number;
}

/** DescribeStream may be called ten times a second for all streams of an account. Source: DynamoDB API reference. */
const describeEveryMs = 10_000;
const recordsPerCall = 1_000;

/**
 * Changes of a table in DynamoDB.
 *
 * C1. A shard is read only after its parent was read to its end: so a key's changes stay in order.
 * C2. A shard that is gone before it was read to its end, or a parent of which nothing is known, means lost changes.
 */
export class DynamoTableChanges implements TableChanges {
  private described: { readonly shards: readonly Shard[]; readonly atMs: number } | undefined;
  /** Iterators by shard, for as long as reading goes on from where they stand. They live 15 minutes. */
  private readonly iterators = new Map<string, string>();

  constructor(private readonly options: DynamoTableChangesOptions) {}

  /** See TableChanges. */
  async begin(): Promise<ChangeCursor> {
    this.described = undefined;
    this.iterators.clear();
    return { streamArn: await changeStreamOf(this.options.client, this.options.table), shards: {} };
  }

  /** See TableChanges. */
  async read(cursor: ChangeCursor): Promise<ReadChanges> {
    try {
      return await this.readOn(cursor);
    } catch (error) {
      if (isLost(error)) return { kind: 'lost' };
      this.iterators.clear();
      if (error instanceof Error && error.name === 'ExpiredIteratorException') {
        return { kind: 'changes', changes: [], cursor };
      }
      throw dynamoFailure(error);
    }
  }

  private async readOn(cursor: ChangeCursor): Promise<ReadChanges> {
    const shards = await this.shardsOf(cursor.streamArn);
    const listed = new Map(shards.map((shard) => [shard.ShardId ?? '', shard]));
    if (hasGap(cursor, listed)) return { kind: 'lost' };
    const progress: Record<string, ShardProgress> = {};
    const parents = new Set(shards.map(({ ParentShardId }) => ParentShardId));
    for (const [shardId, reached] of Object.entries(cursor.shards)) {
      if (listed.has(shardId) || parents.has(shardId)) progress[shardId] = reached;
    }
    const changes: TableChange[] = [];
    for (const { ShardId: shardId = '', ParentShardId: parentId = '' } of shards) {
      const reached = progress[shardId] ?? {};
      if ('done' in reached || !isDone(parentId, progress, listed)) continue; // C1
      const page = await this.readShard(cursor.streamArn, shardId, reached.after);
      changes.push(...page.changes);
      progress[shardId] = page.reached;
    }
    return { kind: 'changes', changes, cursor: { streamArn: cursor.streamArn, shards: progress } };
  }

  private async shardsOf(streamArn: string): Promise<readonly Shard[]> {
    const nowMs = this.options.nowMs();
    if (this.described !== undefined && nowMs - this.described.atMs < describeEveryMs) return this.described.shards;
    const shards: Shard[] = [];
    let from: string | undefined;
    do {
      const command = new DescribeStreamCommand({
        StreamArn: streamArn,
        ...(from === undefined ? {} : { ExclusiveStartShardId: from }),
      });
      const { StreamDescription } = await this.options.streams.send(command);
      shards.push(...(StreamDescription?.Shards ?? []));
      from = StreamDescription?.LastEvaluatedShardId;
    } while (from !== undefined);
    this.described = { shards, atMs: nowMs };
    return shards;
  }

  private async readShard(streamArn: string, shardId: string, after: string | undefined) {
    const { streams, nowMs } = this.options;
    const ShardIterator = this.iterators.get(shardId) ?? (await this.iteratorOf(streamArn, shardId, after));
    const { Records = [], NextShardIterator: next } = await streams.send(
      new GetRecordsCommand({ ShardIterator, Limit: recordsPerCall }),
    );
    if (next === undefined) {
      this.iterators.delete(shardId);
      this.described = undefined; // Its children are listed now.
    } else this.iterators.set(shardId, next);
    const last = Records.at(-1)?.dynamodb?.SequenceNumber ?? after;
    const reached: ShardProgress = next === undefined ? { done: true } : last === undefined ? {} : { after: last };
    return { changes: Records.flatMap((record) => changeOf(record, nowMs())), reached };
  }

  private async iteratorOf(streamArn: string, shardId: string, after: string | undefined): Promise<string> {
    const from =
      after === undefined
        ? ({ ShardIteratorType: 'TRIM_HORIZON' } as const)
        : ({ ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: after } as const);
    const command = new GetShardIteratorCommand({ StreamArn: streamArn, ShardId: shardId, ...from });
    return (await this.options.streams.send(command)).ShardIterator ?? '';
  }
}

function isDone(shardId: string, progress: ChangeCursor['shards'], listed: ReadonlyMap<string, Shard>): boolean {
  const reached = progress[shardId];
  if (reached !== undefined) return 'done' in reached;
  return !listed.has(shardId); // None, or gone; C2 has made sure that it was read.
}

/** C2 */
function hasGap({ shards: read }: ChangeCursor, listed: ReadonlyMap<string, Shard>): boolean {
  const entries = Object.entries(read);
  if (entries.length === 0) return false;
  if (entries.some(([shardId, reached]) => !('done' in reached) && !listed.has(shardId))) return true;
  return [...listed.values()].some(
    ({ ShardId = '', ParentShardId: parent }) =>
      parent !== undefined && read[ShardId] === undefined && read[parent] === undefined && !listed.has(parent),
  );
}

function changeOf({ dynamodb }: _Record, nowMs: number): TableChange[] {
  const key = dynamodb?.Keys?.['pk']?.S;
  if (key === undefined) return [];
  return [{ key, atMs: dynamodb?.ApproximateCreationDateTime?.getTime() ?? nowMs }];
}

function isLost(error: unknown): boolean {
  return (
    error instanceof Error &&
    (error.name === 'TrimmedDataAccessException' || error.name === 'ResourceNotFoundException')
  );
}
