import { jetstream, type ConsumerMessages, type OrderedConsumerOptions } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { eventsStream } from '@affinity/contracts';
import type { Mark } from '@affinity/domain';
import { AffinityError, fromUnknown, type Logger } from '@affinity/service-kit';
import { setImmediate as turnOfEventLoop, setTimeout as delay } from 'node:timers/promises';
import { BoundedBuffer } from './bounded-buffer';
import { connectionLoss } from './connection-loss';
import { PendingCount } from './pending-count';
import type { StreamLookup } from './stream-lookup';
import { DeliveryReader, formatTimestampNs } from './stream-position';

/** A message of the stream. */
export interface StreamMessage {
  readonly position: Mark;
  readonly subject: string;
  readonly data: Uint8Array;
}

/** The stream is not the one that was read: it lost its tail or was made anew. Drop what is in memory and read anew. */
export class StreamRewoundError extends AffinityError {
  constructor(sequence: number) {
    super('ABORTED', `the message at sequence ${sequence} is not the one that was read`, { retryable: true });
  }
}

/** What to read, and from where. */
export interface PartitionReaderOptions {
  readonly connection: NatsConnection;
  readonly lookup: StreamLookup;
  readonly filters: readonly string[];
  /** The checkpoint as it is stored; asked for until the stream could be read. Undefined: from the beginning. */
  readonly storedCheckpoint: () => Promise<Mark | undefined>;
  readonly signal: AbortSignal;
  readonly logger: Logger;
  /** Messages read ahead of the caller at most. Default 500. */
  readonly maxAhead?: number;
  /** Pause before trying again when the stream cannot be read, in milliseconds. Default 250. */
  readonly retryPauseMs?: number;
  /** Pause between questions to the server how much it still has, in milliseconds. Default 5,000. */
  readonly countEveryMs?: number;
}

/**
 * Reads subjects of the events stream in stream order from a checkpoint that the caller stores, until the signal aborts.
 *
 * I1. Messages come in stream order, none left out, none twice.
 * I2. Before the first message the message at the checkpoint's sequence is compared with its timestamp. If it differs or is
 *     gone, the stream lost its tail or was made anew, and reading begins at the checkpoint's timestamp.
 * I3. After every reconnect and every reset of the consumer the same is done with the last message read; then the
 *     caller's memory holds what is no longer in the stream, and StreamRewoundError is thrown. A connection that was lost
 *     since the comparison makes it void.
 * I4. DATA_LOSS is thrown when messages that were not read yet have been purged.
 */
export class PartitionReader {
  private readonly buffer: BoundedBuffer<StreamMessage>;
  private lastRead: Mark | undefined;
  private readonly pending = new PendingCount();

  constructor(private readonly options: PartitionReaderOptions) {
    this.buffer = new BoundedBuffer(options.maxAhead ?? defaultMaxAhead);
  }

  /** Messages that were read and not given out yet. */
  get waiting(): number {
    return this.buffer.size;
  }

  /** Messages that were not given out yet: those that wait here, and those that the server has, but for some on their way. */
  get behind(): number {
    return this.buffer.size + this.pending.messages;
  }

  /** Gives out all that has come since the batch before, at most `maxAhead` messages. May be called once. */
  async *batches(): AsyncGenerator<readonly StreamMessage[], void, undefined> {
    const ended = new AbortController();
    const signal = AbortSignal.any([this.options.signal, ended.signal]);
    const end = (): void => this.buffer.end();
    signal.addEventListener('abort', end, { once: true });
    const reading = this.readAll(signal).finally(end);
    reading.catch(() => undefined); // Thrown below.
    try {
      for (;;) {
        const batch = await this.buffer.takeAll();
        if (batch.length === 0) break;
        yield batch;
        await turnOfEventLoop(); // What the socket has brought meanwhile comes along.
      }
    } finally {
      ended.abort();
      await reading;
    }
  }

  private async readAll(signal: AbortSignal): Promise<void> {
    const { options } = this;
    const { logger, retryPauseMs = 250 } = options;
    const ended = (): boolean => signal.aborted;
    while (!ended()) {
      const trusted = AbortSignal.any([signal, connectionLoss(options.connection)]);
      try {
        const start =
          this.lastRead === undefined ? await firstStart(options) : await resumeStart(options.lookup, this.lastRead);
        await this.consume(start, trusted);
      } catch (error) {
        if (error instanceof AffinityError && finalCodes.has(error.code)) throw error;
        if (ended()) return;
        logger.warn({ err: fromUnknown(error) }, 'cannot read the stream, trying again');
        await delay(retryPauseMs, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  /** Messages of one consumer; ends as soon as it may be another than the one that was started, or of another stream (I3). */
  private async consume(start: StartPoint, trusted: AbortSignal): Promise<void> {
    const { connection, filters, maxAhead = defaultMaxAhead, countEveryMs = 5_000 } = this.options;
    const consumer = await jetstream(connection).consumers.get(eventsStream, consumerOptions(filters, start));
    const messages = await consumer.consume({ max_messages: maxAhead, expires: 5_000 });
    const reset = new AbortController();
    const ended = AbortSignal.any([trusted, reset.signal]);
    const hasEnded = (): boolean => ended.aborted;
    ended.addEventListener('abort', () => messages.stop(), { once: true });
    void abortOnReset(messages, reset);
    void this.pending.watch(consumer, countEveryMs, ended);
    try {
      const deliveries = new DeliveryReader((await consumer.info(true)).name);
      if (hasEnded()) return;
      for await (const message of messages) {
        if (this.buffer.full) await this.buffer.room();
        const position = deliveries.positionOf(message);
        if (hasEnded() || position === undefined) return;
        this.buffer.push({ position, subject: message.subject, data: message.data });
        this.lastRead = position;
        this.pending.delivered(message);
      }
    } finally {
      reset.abort();
      messages.stop();
      consumer.delete().catch(() => undefined); // The server also removes it by itself once it is idle.
    }
  }
}

/** The same messages one by one. */
export async function* readPartition(options: PartitionReaderOptions): AsyncGenerator<StreamMessage, void, undefined> {
  for await (const batch of new PartitionReader(options).batches()) yield* batch;
}

const defaultMaxAhead = 500;
const finalCodes: ReadonlySet<string> = new Set(['DATA_LOSS', 'ABORTED']);

type StartPoint =
  | { readonly kind: 'beginning' }
  | { readonly kind: 'after'; readonly sequence: number }
  | { readonly kind: 'time'; readonly timestampNs: bigint };

async function firstStart({ lookup, storedCheckpoint, logger }: PartitionReaderOptions): Promise<StartPoint> {
  const checkpoint = await storedCheckpoint();
  if (checkpoint === undefined) return { kind: 'beginning' };
  if (await isStored(lookup, checkpoint)) return { kind: 'after', sequence: checkpoint.sequence };
  logger.warn(
    { sequence: checkpoint.sequence },
    'the stream is not the one that was checkpointed, reading from its time',
  );
  return { kind: 'time', timestampNs: checkpoint.timestampNs };
}

async function resumeStart(lookup: StreamLookup, lastRead: Mark): Promise<StartPoint> {
  if (await isStored(lookup, lastRead)) return { kind: 'after', sequence: lastRead.sequence };
  throw new StreamRewoundError(lastRead.sequence); // I3
}

/** Whether the stream holds the very message that was read at a position. Throws DATA_LOSS as I4 says. */
async function isStored(lookup: StreamLookup, position: Mark): Promise<boolean> {
  const found = await lookup.timestampAt(position.sequence);
  if (found !== undefined) return found === position.timestampNs;
  const { firstSequence } = await lookup.bounds();
  if (firstSequence <= position.sequence + 1) return false;
  throw new AffinityError(
    'DATA_LOSS',
    `messages after sequence ${position.sequence} were purged before they were read: the stream begins at ${firstSequence}`,
  );
}

function consumerOptions(filters: readonly string[], start: StartPoint): Partial<OrderedConsumerOptions> {
  const filter_subjects = [...filters];
  switch (start.kind) {
    case 'beginning':
      return { filter_subjects, deliver_policy: 'all' };
    case 'after':
      return { filter_subjects, deliver_policy: 'by_start_sequence', opt_start_seq: start.sequence + 1 };
    case 'time':
      return { filter_subjects, deliver_policy: 'by_start_time', opt_start_time: formatTimestampNs(start.timestampNs) };
  }
}

const resetNotices: ReadonlySet<string> = new Set([
  'ordered_consumer_recreated',
  'reset',
  'consumer_deleted',
  'consumer_not_found',
  'stream_not_found',
  'heartbeats_missed',
]);

async function abortOnReset(messages: ConsumerMessages, reset: AbortController): Promise<void> {
  for await (const notice of messages.status()) {
    if (!resetNotices.has(notice.type)) continue;
    reset.abort();
    return;
  }
}
