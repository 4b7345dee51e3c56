import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { BulkReads } from './bulk-reads';
import { ConditionalWrites, insertStatement, updateStatement } from './conditional-writes';
import type { Item } from './tile-item';

/** How far some work has got, as stored. */
export interface StoredProgress {
  /** As its owner wrote it. */
  readonly document: unknown;
  /** Rises by one with each write, from 1. */
  readonly version: number;
}

/** Keeps the progress of one piece of work that several replicas may do, one at a time. */
export interface ProgressStore {
  /** Undefined before the first write. Sees every write that was answered before. */
  read(): Promise<StoredProgress | undefined>;
  /**
   * Writes it if its version is still one less than the given one (0: there is none). Returns false when somebody else
   * wrote it. Throws UNAVAILABLE when that is not known; writing again is safe, by a name that no other process bears.
   */
  write(progress: StoredProgress, writer: string): Promise<boolean>;
}

/** Progress in DynamoDB's control table, as JSON of at most 350 kB. */
export function createDynamoProgressStore({
  client,
  table,
  name,
}: {
  readonly client: DynamoDBClient;
  readonly table: string;
  /** Of the work, such as `personalize-feed/items`. */
  readonly name: string;
}): ProgressStore {
  const writes = new ConditionalWrites(client, { concurrency: 1 });
  const reads = new BulkReads(client, { table, consistent: true, concurrency: 1 });
  const key: Item = { pk: { S: `progress|${name}` } };
  const read = (): Promise<Item | undefined> => reads.read(key);
  return {
    async read() {
      const item = await read();
      if (item === undefined) return undefined;
      return { document: JSON.parse(item['document']?.S ?? 'null') as unknown, version: versionOf(item) };
    },
    async write({ document, version }, writer) {
      const set: Item = {
        version: { N: String(version) },
        writer: { S: writer },
        document: { S: JSON.stringify(document) },
      };
      const statement =
        version === 1
          ? insertStatement(table, { ...key, ...set })
          : updateStatement(table, { key, set, expectedVersion: version - 1 });
      if ((await writes.write(statement)).kind === 'written') return true;
      const current = await read();
      return current !== undefined && current['writer']?.S === writer && versionOf(current) === version;
    },
  };
}

function versionOf(item: Item): number {
  return Number(item['version']?.N ?? 0);
}
