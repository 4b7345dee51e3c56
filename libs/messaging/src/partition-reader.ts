import { jetstream, type ConsumerMessages, type JsMsg, type OrderedConsumerOptions } from '@nats-io/jetstream';
import type { MsgHdrs, NatsConnection } from '@nats-io/transport-node';
import { eventsStream } from '@affinity/contracts';
import type { Mark } from '@affinity/domain';
import { AffinityError, fromUnknown, type Logger } from '@affinity/service-kit';
import { setTimeout as delay } from 'node:timers/promises';
import type { StreamLookup } from './stream-lookup';
import { formatTimestampNs, positionOf } from './stream-position';

/** A message of the stream. */
export interface StreamMessage {
  readonly position: Mark;
  readonly subject: string;
  readonly data: Uint8Array;
  readonly headers: MsgHdrs | undefined;
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
}

/**
 * Reads subjects of the events stream in stream order from a checkpoint that the caller stores, until the signal aborts.
 *
 * I1. Messages come in stream order, none left out, none twice.
 * I2. Before the first message the message at the checkpoint's sequence is compared with its timestamp. If it differs or is
 *     gone, the stream lost its tail or was made anew, and reading begins at the checkpoint's timestamp.
 * I3. After every reconnect and every reset of the consumer the same is done with the last message read; then the
 *     caller's memory holds what is no longer in the stream, and StreamRewoundError is thrown.
 * I4. DATA_LOSS is thrown when messages that were not read yet have been purged.
 */
export async function* readPartition(options: PartitionReaderOptions): AsyncGenerator<StreamMessage, void, undefined> {
  const { signal, logger, retryPauseMs = 250 } = options;
  let lastRead: Mark | undefined;
  const ended = (): boolean => signal.aborted;
  while (!ended()) {
    try {
      const start = lastRead === undefined ? await firstStart(options) : await resumeStart(options.lookup, lastRead);
      for await (const message of consume(options, start)) {
        const position = positionOf(message);
        yield { position, subject: message.subject, data: message.data, headers: message.headers };
        lastRead = position;
      }
    } catch (error) {
      if (error instanceof AffinityError && finalCodes.has(error.code)) throw error;
      if (ended()) return;
      logger.warn({ err: fromUnknown(error) }, 'cannot read the stream, trying again');
      await delay(retryPauseMs, undefined, { signal }).catch(() => undefined);
    }
  }
}

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

/** Messages of one consumer; ends as soon as the consumer may be another than the one that was started (I3). */
async function* consume(options: PartitionReaderOptions, start: StartPoint): AsyncGenerator<JsMsg, void, undefined> {
  const { connection, signal, maxAhead = 500 } = options;
  const consumer = await jetstream(connection).consumers.get(eventsStream, consumerOptions(options.filters, start));
  const messages = await consumer.consume({ max_messages: maxAhead, expires: 5_000 });
  const consumerName = (await consumer.info(true)).name;
  let trusted = true;
  const end = (): void => {
    trusted = false;
    messages.stop();
  };
  signal.addEventListener('abort', end, { once: true });
  void endOnReset(messages, end);
  void endOnDisconnect(connection, { end, ended: () => !trusted });
  try {
    if (signal.aborted) return;
    for await (const message of messages) {
      if (!isTrusted() || message.info.consumer !== consumerName) return;
      yield message;
    }
  } finally {
    signal.removeEventListener('abort', end);
    end();
    consumer.delete().catch(() => undefined); // The server also removes it by itself once it is idle.
  }

  function isTrusted(): boolean {
    return trusted;
  }
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

async function endOnReset(messages: ConsumerMessages, end: () => void): Promise<void> {
  for await (const notice of messages.status()) {
    if (!resetNotices.has(notice.type)) continue;
    end();
    return;
  }
}

async function endOnDisconnect(
  connection: NatsConnection,
  { end, ended }: { readonly end: () => void; readonly ended: () => boolean },
): Promise<void> {
  for await (const status of connection.status()) {
    if (ended()) return;
    if (status.type === 'disconnect' || status.type === 'close') end();
  }
}
