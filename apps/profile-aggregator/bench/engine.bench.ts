/*
 * The aggregator's engine against bare ordered consumption of the same stream: reading, decoding, counting in user and
 * population tiles, encoding and storing them in memory, with checkpoints, against counting messages.
 */
import { eventsStream, partitionFilter } from '@affinity/contracts';
import { InMemoryTileStore } from '@affinity/profile-storage';
import { alternate, median, reportBenchmark, runBenchmark, startBackingStack, until } from '@affinity/testing';
import { jetstream } from '@nats-io/jetstream';
import { eventSource } from './bench-events';
import { LocalWorkers, openStream, publishMany, type BenchStream } from './local-workers';

const events = 60_000;
const users = 5_000;
const rounds = 3;

/** Resolves with events a second. */
async function consumeBare({ connection }: BenchStream): Promise<number> {
  const startedAt = performance.now();
  const consumer = await jetstream(connection).consumers.get(eventsStream, { filter_subjects: [partitionFilter(0)] });
  const messages = await consumer.consume({ max_messages: 500 });
  let seen = 0;
  for await (const message of messages) {
    if (message.data.length > 0) seen += 1;
    if (seen === events) break;
  }
  const rate = (events * 1_000) / (performance.now() - startedAt);
  await consumer.delete();
  return rate;
}

/** Resolves with events a second, all of them counted and flushed. */
async function aggregate(stream: BenchStream): Promise<number> {
  const startedAt = performance.now();
  const workers = new LocalWorkers(stream, new InMemoryTileStore());
  await until(() => workers.counted >= events, 120_000, 'all events to be counted');
  await workers.stop();
  if (workers.counted !== events) throw new Error(`counted ${workers.counted} of ${events} events`);
  return (events * 1_000) / (performance.now() - startedAt);
}

async function main(): Promise<void> {
  const stack = await startBackingStack({ services: ['nats'] });
  try {
    const stream = await openStream(stack.addresses.nats.url, 1);
    await publishMany(stream, eventSource({ users, seed: 1 }), events);
    const rates = await alternate({ bare: () => consumeBare(stream), engine: () => aggregate(stream) }, rounds);
    const bare = median(rates.bare);
    const engine = median(rates.engine);
    await stream.connection.close();
    reportBenchmark('engine', [
      { what: 'bare ordered consumption', perSecond: bare, usPerEvent: 1e6 / bare, ofBare: 1 },
      { what: 'aggregator engine', perSecond: engine, usPerEvent: 1e6 / engine, ofBare: engine / bare },
    ]);
  } finally {
    await stack.stop();
  }
}

runBenchmark(main);
