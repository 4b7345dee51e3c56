/*
 * How many writes of the durable store an event costs, at three rates of Zipf traffic: flushes take along what came while the
 * one before was under way, so that it falls as the rate rises. The store's own rate of the same writes stands beside it.
 */
import {
  createDynamoClient,
  DynamoTileStore,
  ensureTables,
  tableNames,
  type TileStore,
} from '@affinity/profile-storage';
import { TokenBucket } from '@affinity/service-kit';
import {
  reportBenchmark,
  runBenchmark,
  serviceEnvironment,
  startBackingStack,
  until,
  type BenchmarkRow,
} from '@affinity/testing';
import { eventSource } from './bench-events';
import { LocalWorkers, openStream, type BenchStream } from './local-workers';

const users = 5_000;
const seconds = 10;
const batchesPerSecond = 50;
const prefix = 'bench-';

/** A store that counts its writes. */
class CountingStore implements TileStore {
  writes = 0;

  constructor(private readonly store: TileStore) {}

  read: TileStore['read'] = (keys) => this.store.read(keys);
  eraseOwner: TileStore['eraseOwner'] = (owner, upTo) => this.store.eraseOwner(owner, upTo);
  write: TileStore['write'] = (write) => {
    this.writes += 1;
    return this.store.write(write);
  };
}

async function publishSteadily(stream: BenchStream, rate: number, seed: number): Promise<number> {
  const next = eventSource({ users, seed });
  const pace = new TokenBucket({ ratePerSecond: rate, burst: rate });
  const batch = Math.max(1, Math.round(rate / batchesPerSecond));
  const published: Promise<unknown>[] = [];
  while (published.length < rate * seconds) {
    await pace.take(batch);
    for (let i = 0; i < batch; i += 1) published.push(stream.publish(next()));
  }
  await Promise.all(published);
  return published.length;
}

async function main(): Promise<void> {
  const stack = await startBackingStack({ services: ['nats', 'dynamodb'] });
  try {
    const { nats, dynamodb } = stack.addresses;
    Object.assign(process.env, serviceEnvironment({ dynamodb }, { schemaFile: '', tablePrefix: prefix }));
    const client = createDynamoClient({
      dynamoEndpoint: dynamodb.endpoint,
      dynamoRegion: dynamodb.region,
      dynamoTablePrefix: prefix,
    });
    const { tiles } = tableNames(prefix);
    await ensureTables(client, tableNames(prefix));
    const stream = await openStream(nats.url, 8);
    const store = new CountingStore(new DynamoTileStore({ client, table: tiles, generation: 1 }));
    const workers = new LocalWorkers(stream, store);
    const rows: BenchmarkRow[] = [];
    for (const rate of [100, 1_000, 5_000]) {
      const before = { writes: store.writes, counted: workers.counted };
      const startedAt = performance.now();
      const published = await publishSteadily(stream, rate, rate);
      const publishedIn = (performance.now() - startedAt) / 1_000;
      await until(() => workers.counted - before.counted >= published, 180_000, 'all events to be counted');
      const countedIn = (performance.now() - startedAt) / 1_000;
      const writes = store.writes - before.writes;
      rows.push({
        what: `${rate} events a second asked for`,
        publishedPerSecond: published / publishedIn,
        countedPerSecond: published / countedIn,
        writesPerEvent: writes / published,
        writesPerSecond: writes / countedIn,
      });
    }
    await workers.stop();
    await stream.connection.close();
    reportBenchmark('writes-per-event', rows);
  } finally {
    await stack.stop();
  }
}

runBenchmark(main);
