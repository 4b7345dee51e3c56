/*
 * The aggregator's engine against bare ordered consumption of the same stream: reading, decoding, counting in user and
 * population tiles, encoding and storing them in memory, with checkpoints, against counting messages.
 */
import { eventsStream, partitionFilter } from '@affinity/contracts';
import { InMemoryTileStore } from '@affinity/profile-storage';
import {
  alternate,
  median,
  reportBenchmark,
  runBenchmark,
  startBackingStack,
  timed,
  type TimedRun,
  until,
} from '@affinity/testing';
import { jetstream } from '@nats-io/jetstream';
import { eventSource } from './bench-events';
import { LocalWorkers, openStream, publishMany, type BenchStream } from './local-workers';

const events = 120_000;
const users = 5_000;
const rounds = 7;

async function consumeBare({ connection }: BenchStream): Promise<void> {
  const consumer = await jetstream(connection).consumers.get(eventsStream, { filter_subjects: [partitionFilter(0)] });
  const messages = await consumer.consume({ max_messages: 500 });
  let seen = 0;
  for await (const message of messages) {
    if (message.data.length > 0) seen += 1;
    if (seen === events) break;
  }
  await consumer.delete();
}

/** Counts and stores all events. */
async function aggregate(stream: BenchStream): Promise<void> {
  const workers = new LocalWorkers(stream, new InMemoryTileStore());
  await until(() => workers.counted >= events, 120_000, 'all events to be counted');
  await workers.stop();
  if (workers.counted !== events) throw new Error(`counted ${workers.counted} of ${events} events`);
}

async function main(): Promise<void> {
  const stack = await startBackingStack({ services: ['nats'] });
  try {
    const stream = await openStream(stack.addresses.nats.url, 1);
    await publishMany(stream, eventSource({ users, seed: 1 }), events);
    const sides = await alternate(
      { bare: () => timed(events, () => consumeBare(stream)), engine: () => timed(events, () => aggregate(stream)) },
      rounds,
    );
    await stream.connection.close();
    const bare = median(sides.bare.map(({ perSecond }) => perSecond));
    const row = (what: string, runs: readonly TimedRun[]) => {
      const perSecond = median(runs.map((run) => run.perSecond));
      const cpuUsPerEvent = median(runs.map((run) => run.cpuUsPerEvent));
      return { what, perSecond, usPerEvent: 1e6 / perSecond, ofBare: perSecond / bare, cpuUsPerEvent };
    };
    reportBenchmark('engine', [row('bare ordered consumption', sides.bare), row('aggregator engine', sides.engine)]);
  } finally {
    await stack.stop();
  }
}

runBenchmark(main);
