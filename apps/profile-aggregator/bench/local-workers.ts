import {
  connectNats,
  createDeadLetterStore,
  createEventPublisher,
  createStreamLookup,
  ensureEventStreams,
  type EventToPublish,
  type StreamLookup,
} from '@affinity/messaging';
import { InMemoryCheckpointStore, InMemoryTombstoneStore, type TileStore } from '@affinity/profile-storage';
import { silentLogger } from '@affinity/service-kit';
import { jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { PartitionWorker } from '../src/partition-worker';
import { schema } from './bench-events';

/** A stream of few partitions, and what is needed to fill and to read it. */
export interface BenchStream {
  readonly connection: NatsConnection;
  readonly lookup: StreamLookup;
  readonly partitions: number;
  publish(event: EventToPublish): Promise<unknown>;
}

/** Connects to a NATS server and makes the streams on it. */
export async function openStream(url: string, partitions: number): Promise<BenchStream> {
  const connection = await connectNats({ natsUrls: [url] }, { name: 'bench', logger: silentLogger() });
  await ensureEventStreams(connection, { partitions, replicas: 1, maxBytes: -1 });
  const publisher = createEventPublisher({ connection, partitions, maxInFlight: 50_000 });
  const lookup = createStreamLookup(await jetstreamManager(connection));
  return { connection, lookup, partitions, publish: (event) => publisher.publish(event) };
}

/** Publishes so many events, a few hundred of them under way at once. */
export async function publishMany(stream: BenchStream, next: () => EventToPublish, count: number): Promise<void> {
  let left = count;
  const work = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await stream.publish(next());
    }
  };
  await Promise.all(Array.from({ length: 256 }, work));
}

/** The aggregator's writers in this process, one for each partition of a stream. */
export class LocalWorkers {
  /** Events counted so far. */
  counted = 0;
  private readonly workers: readonly PartitionWorker[];

  constructor(stream: BenchStream, tiles: TileStore) {
    const shared = { tombstones: new InMemoryTombstoneStore(), checkpoints: new InMemoryCheckpointStore() };
    this.workers = Array.from(
      { length: stream.partitions },
      (_, partition) =>
        new PartitionWorker({
          ...shared,
          ...stream,
          partition,
          region: 'bench',
          schema,
          tiles,
          deadLetters: createDeadLetterStore(stream.connection),
          logger: silentLogger(),
          instanceId: 'bench',
          maxDirtyTiles: 2_000,
          maxAhead: 1_000,
          handOverMs: 60_000,
          maxOpenBytes: 200_000_000,
          userFlushMs: 25,
          populationFlushMs: 3_000,
          idleCheckpointMs: 30_000,
          onFlushed: () => Promise.resolve(),
          onErased: () => Promise.resolve(),
          onCounted: ({ counted }) => {
            this.counted += counted;
          },
          onFatal: (error) => {
            throw error;
          },
        }),
    );
  }

  /** Stops all, storing what was counted. */
  async stop(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.stop({ save: true })));
  }
}
