import {
  paginateQuery,
  paginateScan,
  type AttributeValue,
  type DynamoDBClient,
  type QueryCommandInput,
} from '@aws-sdk/client-dynamodb';
import { formatDay, isNoLater, type Mark } from '@affinity/domain';
import { BulkReads } from './bulk-reads';
import {
  ConditionalWrites,
  deleteStatement,
  insertStatement,
  updateStatement,
  type ConditionalStatement,
} from './conditional-writes';
import { encodeDimension } from '@affinity/contracts';
import { dynamoFailure } from './dynamo-client';
import {
  dimensionAttribute,
  encodeHashes,
  headAttributes,
  headOfItem,
  ownerKey,
  parseOwnerKey,
  tileOfItem,
  tilePrimaryKey,
  type Item,
} from './tile-item';
import type {
  OwnerQuery,
  StoredTile,
  TileKey,
  TileOwner,
  TileReader,
  TileStore,
  TileWrite,
  TileWriteResult,
} from './tile-store';

/** Which tiles, and how much at once. */
export interface DynamoTileStoreOptions {
  readonly client: DynamoDBClient;
  readonly table: string;
  /** The generation of tiles to read and write. */
  readonly generation: number;
  /** Batches of writes, and of reads, under way at once. Default 8. */
  readonly concurrency?: number;
}

/** Day tiles in DynamoDB: one item each, one binary attribute for each dimension. */
export class DynamoTileStore implements TileStore, TileReader {
  private readonly writes: ConditionalWrites;
  private readonly reads: BulkReads;

  constructor(private readonly options: DynamoTileStoreOptions) {
    const { client, table, concurrency = 8 } = options;
    this.writes = new ConditionalWrites(client, { concurrency });
    this.reads = new BulkReads(client, { table, consistent: true, concurrency });
  }

  /** See TileStore. */
  async read(keys: readonly TileKey[]): Promise<readonly (StoredTile | undefined)[]> {
    const items = await Promise.all(keys.map((key) => this.reads.read(this.primaryKey(key))));
    return items.map((item) => (item === undefined ? undefined : tileOfItem(item)));
  }

  /** See TileStore. */
  async write(write: TileWrite): Promise<TileWriteResult> {
    const { kind } = await this.writes.write(this.statementFor(write));
    if (kind === 'written') return { kind };
    const item = await this.reads.read(this.primaryKey(write.key));
    return { kind: 'conflict', current: item === undefined ? undefined : headOfItem(item) };
  }

  /** See TileStore. */
  async eraseOwner(owner: TileOwner, upTo: Mark): Promise<number> {
    const { table } = this.options;
    for (let erased = 0; ;) {
      const stored = await this.readOwner(owner, { consistent: true, dimensions: [] });
      const covered = stored.filter(({ mark }) => isNoLater(mark, upTo));
      if (covered.length === 0) return erased;
      const statements = covered.map(({ key, version }) =>
        deleteStatement(table, { key: this.primaryKey(key), expectedVersion: version }),
      );
      const results = await Promise.all(statements.map((statement) => this.writes.write(statement)));
      // A tile that was written meanwhile is looked at again.
      erased += results.filter(({ kind }) => kind === 'written').length;
    }
  }

  /** See TileReader. */
  async readOwner(owner: TileOwner, query: OwnerQuery = {}): Promise<readonly StoredTile[]> {
    const tiles: StoredTile[] = [];
    try {
      for await (const page of paginateQuery({ client: this.options.client }, this.queryInput(owner, query))) {
        for (const item of page.Items ?? []) tiles.push(tileOfItem(item));
      }
    } catch (error) {
      throw dynamoFailure(error);
    }
    return tiles;
  }

  /** Every tile of the generation, in no order: for audits and rebuilds, never for serving. */
  async *scan(): AsyncGenerator<StoredTile, void, undefined> {
    const { client, table, generation } = this.options;
    for await (const page of paginateScan({ client }, { TableName: table, ConsistentRead: true })) {
      for (const item of page.Items ?? []) {
        if (parseOwnerKey(item['pk']?.S ?? '').generation === generation) yield tileOfItem(item);
      }
    }
  }

  private primaryKey(key: TileKey): Item {
    return tilePrimaryKey(this.options.generation, key);
  }

  private statementFor(write: TileWrite): ConditionalStatement {
    const { table } = this.options;
    const key = this.primaryKey(write.key);
    const set = writtenAttributes(write);
    return write.expectedVersion === 0
      ? insertStatement(table, { ...key, ...set })
      : updateStatement(table, { key, set, expectedVersion: write.expectedVersion });
  }

  private queryInput(owner: TileOwner, query: OwnerQuery): QueryCommandInput {
    const { table, generation } = this.options;
    const span = spanCondition(query);
    return {
      TableName: table,
      ConsistentRead: query.consistent ?? false,
      KeyConditionExpression: `pk = :pk${span.condition}`,
      ExpressionAttributeValues: { ':pk': { S: ownerKey(generation, owner) }, ...span.values },
      ...projection(query.dimensions),
    };
  }
}

function writtenAttributes(write: TileWrite): Item {
  const set: Item = {
    version: { N: String(write.newVersion) },
    writer: { S: write.writer },
    mark_seq: { N: String(write.mark.sequence) },
    mark_ts: { N: String(write.mark.timestampNs) },
    event_count: { N: String(write.eventCount) },
    ttl: { N: String(write.expiresAtS) },
  };
  if (write.eventIdHashes.length > 0) set['event_ids'] = { B: encodeHashes(write.eventIdHashes) };
  for (const [name, state] of write.changed) set[dimensionAttribute(name)] = { B: encodeDimension(state) };
  return set;
}

/** `~` sorts after every character of a region's name. */
function spanCondition({ firstDay, lastDay }: OwnerQuery): {
  condition: string;
  values: Record<string, AttributeValue>;
} {
  if (firstDay === undefined && lastDay === undefined) return { condition: '', values: {} };
  return {
    condition: ' AND sk BETWEEN :first AND :last',
    values: {
      ':first': { S: firstDay === undefined ? '0' : formatDay(firstDay) },
      ':last': { S: lastDay === undefined ? '~' : `${formatDay(lastDay)}~` },
    },
  };
}

function projection(dimensions: readonly string[] | undefined): Partial<QueryCommandInput> {
  if (dimensions === undefined) return {};
  const attributes = [...headAttributes, ...dimensions.map(dimensionAttribute)];
  return {
    ProjectionExpression: attributes.map((_, i) => `#a${i}`).join(', '),
    ExpressionAttributeNames: Object.fromEntries(attributes.map((name, i) => [`#a${i}`, name])),
  };
}
