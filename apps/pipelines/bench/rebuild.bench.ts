/*
 * The replay of a rebuild: events a second and the most memory that the process took, into tiles in memory; and into DynamoDB
 * Local, where the writes of tiles a second are held against bare batches of writes of the same items: of writes without a
 * condition (BatchWriteItem), and of inserts that each refuse an item that exists (BatchExecuteStatement), as the replay's do.
 */
import { toAttributes } from '@affinity/contracts';
import { partitionOf } from '@affinity/domain';
import { schemaOf } from '@affinity/domain/fixtures';
import { eventLine, listUpstreamChains, LocalObjectStore, toMetadata, upstreamKey } from '@affinity/lake';
import {
  createDynamoClient,
  DynamoTileStore,
  ensureTables,
  InMemoryCheckpointStore,
  InMemoryTileStore,
  InMemoryTombstoneStore,
  tableNames,
  type TileStore,
} from '@affinity/profile-storage';
import { systemClock } from '@affinity/service-kit';
import {
  alternate,
  median,
  reportBenchmark,
  runBenchmark,
  startBackingStack,
  type BenchmarkRow,
} from '@affinity/testing';
import {
  BatchExecuteStatementCommand,
  BatchWriteItemCommand,
  paginateScan,
  type AttributeValue,
  type DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NewTileStore } from '../src/rebuild/new-tile-store';
import { PacedTileStore } from '../src/rebuild/paced-tile-store';
import { replayShard } from '../src/rebuild/shard-replay';

const prefix = 'crm/clicks';
const partitions = 8;
const linesPerObject = 10_000;
const unlimited = 1e9;
const dynamoRounds = 5;

const schema = schemaOf({
  version: '1',
  event_types: { view: 1, park: 5 },
  dimensions: [
    { name: 'colour', kind: 'categorical' },
    { name: 'price', kind: 'numeric' },
    { name: 'price_range', kind: 'range', source: 'price', edges: [1_000, 5_000, 20_000] },
  ],
});

/** Writes a shard of all partitions, with about ten events of each user. */
async function fillLake(store: LocalObjectStore, events: number): Promise<void> {
  const beginMs = Date.parse('2026-11-01T00:00:00Z');
  for (let at = 0; at < events; at += linesPerObject) {
    const lines = Array.from({ length: Math.min(linesPerObject, events - at) }, (_, i) => lineAt(at + i, beginMs));
    const body = Buffer.from(lines.map((line) => `${line}\n`).join(''));
    const [first, last] = [positionAt(at, beginMs), positionAt(at + lines.length - 1, beginMs)];
    const sha256 = createHash('sha256').update(body).digest('hex');
    const metadata = toMetadata({ first, last, count: lines.length, sha256 });
    const key = upstreamKey({ prefix, shard: 0, compression: 'none' }, first);
    await store.put(key, { body, contentType: 'application/x-ndjson', metadata });
  }
}

function positionAt(i: number, beginMs: number) {
  return { sequence: i + 1, timestampNs: BigInt(beginMs + i) * 1_000_000n };
}

function lineAt(i: number, beginMs: number): string {
  const user = `user${Math.floor(i / 200) * 20 + (i % 20)}`;
  const attributes = new Map<string, string | number>([
    ['colour', `colour${i % 12}`],
    ['price', (i * 37) % 30_000],
  ]);
  const event = {
    eventId: `event-${i}`,
    userId: user,
    sessionId: '',
    eventType: i % 9 === 0 ? 'park' : 'view',
    itemId: `item${(i * 31) % 60_000}`,
    occurredAt: new Date(beginMs + i - 1_000),
    attributes: toAttributes(attributes),
    recommendationId: '',
    impression: [],
  };
  const place = { partition: partitionOf(user, partitions), position: positionAt(i, beginMs) };
  const line = eventLine(place, { event, receivedAt: new Date(beginMs + i), unknownItem: false });
  if (line === undefined) throw new Error('an event without an actor');
  return line;
}

/** How many writes took how long. */
interface Writing {
  readonly seconds: number;
  readonly writes: number;
}

async function replay(objects: LocalObjectStore, tiles: TileStore): Promise<Writing> {
  const chain = (await listUpstreamChains(objects, prefix)).get(0) ?? [];
  const paced = new PacedTileStore(new NewTileStore(tiles, () => true), {
    writesPerSecond: unlimited,
    clock: systemClock,
  });
  const startedAt = performance.now();
  await replayShard(
    { partitions: Array.from({ length: partitions }, (_, partition) => partition), chain, end: undefined },
    {
      objects,
      schema,
      stores: {
        tiles: paced,
        checkpoints: new InMemoryCheckpointStore(),
        tombstones: new InMemoryTombstoneStore(),
        region: 'bench',
      },
      maxDirtyTiles: 5_000,
      maxOpenBytes: 128_000_000,
      signal: new AbortController().signal,
      onRead: () => undefined,
    },
  );
  return { seconds: (performance.now() - startedAt) / 1_000, writes: paced.writes };
}

/** In a process of its own, so that its memory is that of the replay and of the tiles. */
async function inMemory(folder: string): Promise<BenchmarkRow> {
  const events = 300_000;
  const objects = new LocalObjectStore(join(folder, 'memory'));
  await fillLake(objects, events);
  const { seconds, writes } = await replay(objects, new InMemoryTileStore());
  const peakMegabytes = process.resourceUsage().maxRSS / 1_024;
  return {
    what: 'tiles in memory',
    events,
    perSecond: events / seconds,
    writesPerSecond: writes / seconds,
    peakMegabytes,
  };
}

async function inDynamo(folder: string): Promise<readonly BenchmarkRow[]> {
  const events = 60_000;
  const objects = new LocalObjectStore(join(folder, 'dynamo'));
  await fillLake(objects, events);
  const stack = await startBackingStack({ services: ['dynamodb'] });
  const { endpoint, region, accessKeyId, secretAccessKey } = stack.addresses.dynamodb;
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey });
  const client = createDynamoClient({ dynamoEndpoint: endpoint, dynamoRegion: region, dynamoTablePrefix: 'bench-' });
  try {
    const tables = tableNames('bench-');
    await ensureTables(client, tables);
    let generation = 1;
    const rebuild = () => {
      generation += 1;
      return replay(objects, new DynamoTileStore({ client, table: tables.tiles, generation }));
    };
    await rebuild();
    const items = await itemsOf(client, { table: tables.tiles, generation });
    const sides = await alternate(
      {
        rebuild,
        bare: () => bareWrites(items, (batch) => putBatch(client, tables.tiles, batch)),
        conditional: () => bareWrites(items, (batch) => insertBatch(client, tables.tiles, batch)),
      },
      dynamoRounds,
    );
    const seconds = median(sides.rebuild.map((run) => run.seconds));
    const rate = (runs: readonly Writing[]): number => median(runs.map((run) => run.writes / run.seconds));
    const [perSecond, bare, conditional] = [rate(sides.rebuild), rate(sides.bare), rate(sides.conditional)];
    return [
      {
        what: 'DynamoDB Local',
        events,
        perSecond: events / seconds,
        writesPerSecond: perSecond,
        ofBare: perSecond / bare,
        ofConditional: perSecond / conditional,
      },
      { what: 'bare BatchWriteItem of the same items', writesPerSecond: bare },
      { what: 'bare BatchExecuteStatement, each item on condition', writesPerSecond: conditional },
    ];
  } finally {
    client.destroy();
    await stack.stop();
  }
}

type Items = readonly Readonly<Record<string, AttributeValue>>[];

/** All items of a generation. */
async function itemsOf(
  client: DynamoDBClient,
  { table, generation }: { readonly table: string; readonly generation: number },
): Promise<Items> {
  const items: Record<string, AttributeValue>[] = [];
  for await (const page of paginateScan({ client }, { TableName: table })) items.push(...(page.Items ?? []));
  return items.filter(({ pk }) => pk?.S?.startsWith(`${generation}|`));
}

let copies = 0;

/** Writes items under keys of their own, eight batches of 25 under way at once, as many as the tile store has. */
async function bareWrites(items: Items, send: (batch: Items) => Promise<void>): Promise<Writing> {
  copies += 1;
  const left = items.map((item) => ({ ...item, pk: { S: `copy${copies}|${item['pk']?.S}` } }));
  const startedAt = performance.now();
  const work = async (): Promise<void> => {
    for (let batch = left.splice(0, 25); batch.length > 0; batch = left.splice(0, 25)) await send(batch);
  };
  await Promise.all(Array.from({ length: 8 }, work));
  return { writes: items.length, seconds: (performance.now() - startedAt) / 1_000 };
}

async function putBatch(client: DynamoDBClient, table: string, batch: Items): Promise<void> {
  const requests = batch.map((Item) => ({ PutRequest: { Item } }));
  await client.send(new BatchWriteItemCommand({ RequestItems: { [table]: requests } }));
}

async function insertBatch(client: DynamoDBClient, table: string, batch: Items): Promise<void> {
  const Statements = batch.map((item) => ({
    Statement: `INSERT INTO "${table}" VALUE {${Object.keys(item)
      .map((name) => `'${name}': ?`)
      .join(', ')}}`,
    Parameters: Object.values(item),
  }));
  const { Responses = [] } = await client.send(new BatchExecuteStatementCommand({ Statements }));
  const failed = Responses.find(({ Error: error }) => error !== undefined);
  if (failed !== undefined) throw new Error(`${failed.Error?.Code}: ${failed.Error?.Message}`);
}

runBenchmark(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'affinity-bench-'));
  try {
    // First what measures memory: the most that a process ever took does not sink again.
    const rows = [await inMemory(folder), ...(await inDynamo(folder))];
    reportBenchmark('rebuild', rows);
  } finally {
    await rm(folder, { recursive: true });
  }
});
