/*
 * The lake sink against bare ordered consumption of the same stream plus gzip: reading, decoding, writing lines, compressing,
 * digesting and storing objects in memory with checkpoints, against counting messages and compressing their bytes; once the
 * messages as they are, and once lines made beforehand, which are what the sink has to compress.
 */
import { eventsStream, partitionFilter, StreamRecord } from '@affinity/contracts';
import { InMemoryObjectStore, fromMetadata } from '@affinity/lake';
import {
  connectNats,
  createEventPublisher,
  createStreamLookup,
  ensureEventStreams,
  readPartition,
  type EventToPublish,
} from '@affinity/messaging';
import { InMemoryCheckpointStore } from '@affinity/profile-storage';
import { silentLogger, systemClock } from '@affinity/service-kit';
import {
  alternate,
  median,
  reportBenchmark,
  runBenchmark,
  seededRandom,
  startBackingStack,
  timed,
  type TimedRun,
  zipf,
} from '@affinity/testing';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { lineOf } from '../src/message-line';
import { RangeWriter } from '../src/range-writer';
import { ShardSession, type ShardMessage } from '../src/shard-session';

const events = 60_000;
const users = 5_000;
const rounds = 5;
const flushBytes = 5_000_000;
const attributes = 10;
const compress = promisify(gzip);

/** Events with ten attributes, of users of whom a few are much busier than others. */
function eventSource(): () => EventToPublish {
  const random = seededRandom(1);
  const drawUser = zipf(users, 1.1, random);
  let made = 0;
  const attribute = (i: number) =>
    i < 7
      ? { kind: { $case: 'stringValue' as const, value: `value${Math.floor(random() ** 2 * 20)}` } }
      : { kind: { $case: 'numberValue' as const, value: Math.floor(random() * 30_000) } };
  return () => {
    const userId = `u${drawUser()}`;
    const event = {
      eventId: `e${(made += 1)}`,
      userId,
      sessionId: 's',
      eventType: 'view',
      itemId: `i${Math.floor(random() * 2_000)}`,
      occurredAt: new Date(),
      attributes: new Map(Array.from({ length: attributes }, (_, i) => [`a${i}`, attribute(i)] as const)),
      recommendationId: '',
      impression: [],
    };
    const value = { event, receivedAt: new Date(), unknownItem: false };
    const body = StreamRecord.encode({ record: { $case: 'event', value } }).finish();
    return { profileKey: userId, eventId: event.eventId, eventType: 'view', body };
  };
}

async function fillStream(connection: NatsConnection): Promise<void> {
  await ensureEventStreams(connection, { partitions: 1, replicas: 1, maxBytes: -1 });
  const publisher = createEventPublisher({ connection, partitions: 1, maxInFlight: 50_000 });
  const next = eventSource();
  let left = events;
  const work = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await publisher.publish(next());
    }
  };
  await Promise.all(Array.from({ length: 256 }, work));
}

/** Consumes all messages and compresses what stands for each, as much at a time as the sink does. */
async function consumeAndCompress(
  connection: NatsConnection,
  bytesOf: (data: Uint8Array, index: number) => Uint8Array,
): Promise<void> {
  const consumer = await jetstream(connection).consumers.get(eventsStream, { filter_subjects: [partitionFilter(0)] });
  let [seen, size] = [0, 0];
  let waiting: Uint8Array[] = [];
  const flush = async (): Promise<void> => {
    await compress(Buffer.concat(waiting));
    [waiting, size] = [[], 0];
  };
  for await (const { data } of await consumer.consume({ max_messages: 500 })) {
    const bytes = bytesOf(data, seen);
    waiting.push(bytes);
    size += bytes.length;
    seen += 1;
    if (size >= flushBytes) await flush();
    if (seen === events) break;
  }
  await flush();
  await consumer.delete();
}

type Lookup = ReturnType<typeof createStreamLookup>;

/** One shard's session over the whole stream; gives the lines that it made to `onLine`. */
async function sink(connection: NatsConnection, lookup: Lookup, onLine: (line: string) => void): Promise<void> {
  const objects = new InMemoryObjectStore();
  const shard = { prefix: 'bench', shard: 0, compression: 'gzip' } as const;
  const intake = new AbortController();
  let seen = 0;
  const toLine = (message: ShardMessage): Promise<string> => {
    const result = lineOf(message);
    if (result.kind === 'unusable') throw new Error(result.reason);
    onLine(result.line);
    if ((seen += 1) === events) intake.abort();
    return Promise.resolve(result.line);
  };
  const session = new ShardSession({
    read: (start) =>
      readPartition({ connection, lookup, filters: [partitionFilter(0)], logger: silentLogger(), ...start }),
    ranges: new RangeWriter({ shard, objects, checkpoints: new InMemoryCheckpointStore(), writer: 'bench' }),
    toLine,
    flushBytes,
    flushMs: 300_000,
    clock: systemClock,
    observer: { onStored: () => undefined, onProblem: () => undefined },
    idle: { everyMs: Infinity, position: () => Promise.resolve(undefined) },
  });
  await session.run({ intake: intake.signal, work: new AbortController().signal });
  const stored = await storedLines(objects);
  if (stored !== events) throw new Error(`stored ${stored} of ${events} events`);
}

async function storedLines(objects: InMemoryObjectStore): Promise<number> {
  let lines = 0;
  for await (const { key } of objects.list('upstream/'))
    lines += fromMetadata(key, (await objects.head(key))?.metadata ?? {}).count;
  return lines;
}

async function main(): Promise<void> {
  const stack = await startBackingStack({ services: ['nats'] });
  const connection = await connectNats(
    { natsUrls: [stack.addresses.nats.url] },
    { name: 'bench', logger: silentLogger() },
  );
  try {
    await fillStream(connection);
    const lookup = createStreamLookup(await jetstreamManager(connection));
    const lines: Buffer[] = [];
    await sink(connection, lookup, (line) => void lines.push(Buffer.from(`${line}\n`)));
    const none = Buffer.alloc(0);
    const sides = await alternate(
      {
        messages: () => timed(events, () => consumeAndCompress(connection, (data) => data)),
        lines: () => timed(events, () => consumeAndCompress(connection, (_, index) => lines[index] ?? none)),
        sink: () => timed(events, () => sink(connection, lookup, () => undefined)),
      },
      rounds,
    );
    const middle = (runs: readonly TimedRun[], of: keyof TimedRun): number => median(runs.map((run) => run[of]));
    const [messages, ready] = [middle(sides.messages, 'perSecond'), middle(sides.lines, 'perSecond')];
    const row = (what: string, runs: readonly TimedRun[]) => {
      const perSecond = middle(runs, 'perSecond');
      const ratios = { ofMessages: perSecond / messages, ofLines: perSecond / ready };
      return { what, perSecond, ...ratios, cpuUsPerEvent: middle(runs, 'cpuUsPerEvent') };
    };
    reportBenchmark('lake-sink', [
      row('bare consumption, gzip of the messages', sides.messages),
      row('bare consumption, gzip of lines made before', sides.lines),
      row('lake sink', sides.sink),
    ]);
  } finally {
    await connection.close();
    await stack.stop();
  }
}

runBenchmark(main);
