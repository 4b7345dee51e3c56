import { jetstream, JetStreamApiError, type JetStreamClient } from '@nats-io/jetstream';
import { headers, type NatsConnection } from '@nats-io/transport-node';
import { eventSubject, messageId } from '@affinity/contracts';
import { partitionOf } from '@affinity/domain';
import { fromUnknown, injectTrace, resourceExhausted, unavailable, type AffinityError } from '@affinity/service-kit';

/** A message to store: whose it is, what makes it recognisable, and its body. */
export interface EventToPublish {
  readonly profileKey: string;
  readonly eventId: string;
  readonly eventType: string;
  /** An encoded StreamRecord. */
  readonly body: Uint8Array;
}

/** The message is stored; `duplicate`: it had been stored before. */
export interface PublishedEvent {
  readonly kind: 'stored' | 'duplicate';
  readonly partition: number;
  readonly sequence: number;
}

/** Stores events durably, each in its profile's partition. */
export interface EventPublisher {
  /**
   * Resolves once the stream has stored the message. Throws UNAVAILABLE when that could not be known in time (publishing
   * the same event again is safe), RESOURCE_EXHAUSTED when the stream is full or too much is in flight.
   */
  publish(event: EventToPublish): Promise<PublishedEvent>;
  /** Publishes not yet answered. */
  readonly inFlight: number;
}

/** How to publish. */
export interface EventPublisherOptions {
  readonly connection: NatsConnection;
  readonly partitions: number;
  /** Publishes under way at once beyond which more are refused. Default 4096. */
  readonly maxInFlight?: number;
  /** How long one attempt waits for the stream's answer, in milliseconds. Default 2000. */
  readonly attemptTimeoutMs?: number;
  /** Attempts before giving up; a repeat within the stream's window stores nothing twice. Default 3. */
  readonly attempts?: number;
}

/** The stream is over its limit (max bytes or messages) and refuses to take more. */
const streamFullCodes = new Set([10_047, 10_077, 10_023]);
const overloadRetryMs = 100;
const fullStreamRetryMs = 5_000;

/** Makes a publisher on a connection. */
export function createEventPublisher(options: EventPublisherOptions): EventPublisher {
  const { connection, partitions, maxInFlight = 4_096, attempts = 3, attemptTimeoutMs = 2_000 } = options;
  const client = jetstream(connection);
  let inFlight = 0;
  return {
    async publish(event) {
      if (inFlight >= maxInFlight)
        throw resourceExhausted(`${maxInFlight} events are in flight already`, overloadRetryMs);
      inFlight += 1;
      try {
        return await publishWithRetries(client, {
          event,
          partition: partitionOf(event.profileKey, partitions),
          attempts,
          attemptTimeoutMs,
        });
      } finally {
        inFlight -= 1;
      }
    },
    get inFlight() {
      return inFlight;
    },
  };
}

interface Publication extends Required<Pick<EventPublisherOptions, 'attempts' | 'attemptTimeoutMs'>> {
  readonly event: EventToPublish;
  readonly partition: number;
}

async function publishWithRetries(client: JetStreamClient, publication: Publication): Promise<PublishedEvent> {
  const { attempts, partition } = publication;
  let failure: AffinityError | undefined;
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    try {
      const ack = await publishOnce(client, publication);
      // A repeat of our own that meets the message of our first attempt has stored it, as far as the caller can tell.
      return { kind: ack.duplicate && attempt === 1 ? 'duplicate' : 'stored', partition, sequence: ack.seq };
    } catch (error) {
      failure = publishFailure(error);
      if (failure.code !== 'UNAVAILABLE') throw failure;
    }
  }
  throw failure ?? unavailable('the event could not be stored');
}

function publishOnce(client: JetStreamClient, { event, partition, attemptTimeoutMs }: Publication) {
  const carried = headers();
  injectTrace((key, value) => carried.set(key, value));
  return client.publish(eventSubject(partition, event.eventType), event.body, {
    msgID: messageId(event.profileKey, event.eventId),
    timeout: attemptTimeoutMs,
    headers: carried,
  });
}

function publishFailure(error: unknown): AffinityError {
  if (error instanceof JetStreamApiError && streamFullCodes.has(error.code)) {
    return resourceExhausted('the event stream is full', fullStreamRetryMs);
  }
  return unavailable('the event stream did not answer in time', { cause: fromUnknown(error), retryAfterMs: 500 });
}
