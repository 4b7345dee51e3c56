import { allEventsFilter, eventsStream, StreamRecord } from '@affinity/contracts';
import type { Schema } from '@affinity/domain';
import { type Component, fromUnknown, type Logger } from '@affinity/service-kit';
import { jetstream, type JsMsg } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { setTimeout as delay } from 'node:timers/promises';
import type { EventClock } from './event-clock';
import type { PopularityTable } from './popularity-table';

/** What a tail reads, and into what. */
export interface EventTailOptions {
  readonly connection: NatsConnection;
  readonly table: PopularityTable;
  readonly clock: EventClock;
  readonly schema: Schema;
  readonly windowMs: number;
  readonly logger: Logger;
  /** Epoch milliseconds. */
  readonly nowMs: () => number;
}

const retryPauseMs = 1_000;
const nanosecondsPerMillisecond = 1_000_000n;

/**
 * Follows the end of the event stream into a popularity table. Popularity need not be exact: nothing is checkpointed, and
 * an event that is missed or met twice across an outage of the stream does no harm.
 */
export function createEventTail(options: EventTailOptions): Component {
  const stopping = new AbortController();
  let done: Promise<void> = Promise.resolve();
  return {
    name: 'event-tail',
    start: () => {
      done = follow(options, stopping.signal);
      return Promise.resolve();
    },
    stop: () => {
      stopping.abort();
      return done;
    },
  };
}

async function follow(options: EventTailOptions, signal: AbortSignal): Promise<void> {
  for (let fromMs = options.nowMs() - options.windowMs; !signal.aborted; fromMs = options.nowMs() - 2 * retryPauseMs) {
    await read(options, { fromMs, signal }).catch((error: unknown) => {
      options.logger.warn({ err: fromUnknown(error) }, 'cannot follow the events, trying again');
    });
    await delay(retryPauseMs, undefined, { signal }).catch(() => undefined);
  }
}

async function read(
  options: EventTailOptions,
  { fromMs, signal }: { fromMs: number; signal: AbortSignal },
): Promise<void> {
  const consumer = await jetstream(options.connection).consumers.get(eventsStream, {
    filter_subjects: [allEventsFilter],
    deliver_policy: 'by_start_time',
    opt_start_time: new Date(fromMs).toISOString(),
  });
  const messages = await consumer.consume({ max_messages: 500 });
  const stop = (): void => {
    messages.stop();
  };
  signal.addEventListener('abort', stop, { once: true });
  try {
    if (signal.aborted) return;
    for await (const message of messages) count(message, options);
  } finally {
    signal.removeEventListener('abort', stop);
    messages.stop();
  }
}

function count(message: JsMsg, { table, clock, schema, logger }: EventTailOptions): void {
  const event = eventOf(message, logger);
  if (event?.occurredAt !== undefined) clock.meet(event.occurredAt.getTime());
  const weight = schema.eventTypes.get(event?.eventType ?? '')?.weight ?? 0;
  if (event === undefined || event.itemId === '' || weight === 0) return;
  table.add(event.itemId, weight, Number(message.timestampNanos / nanosecondsPerMillisecond));
}

function eventOf(message: JsMsg, logger: Logger) {
  try {
    const { record } = StreamRecord.decode(message.data);
    return record?.$case === 'event' ? record.value.event : undefined;
  } catch (error) {
    logger.debug({ err: fromUnknown(error), sequence: message.seq }, 'a message is no stream record');
    return undefined;
  }
}
