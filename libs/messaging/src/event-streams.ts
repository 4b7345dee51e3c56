import { jetstreamManager, JetStreamApiError, type JetStreamManager, type StreamConfig } from '@nats-io/jetstream';
import { nanos, type NatsConnection } from '@nats-io/transport-node';
import {
  allDeadLettersFilter,
  allEventsFilter,
  deadLettersStream,
  duplicateWindowMs,
  eventsStream,
} from '@affinity/contracts';
import { AffinityError } from '@affinity/service-kit';

/** How the streams are kept. */
export interface EventStreamOptions {
  /** Partitions of the events; fixed for the life of the stream. */
  readonly partitions: number;
  /** Copies of each message: 3 in production, 1 on a single server. */
  readonly replicas: number;
  /** Most bytes of the events stream; a full stream refuses to take more. -1: as much as the server has. */
  readonly maxBytes: number;
}

const partitionsKey = 'affinity-partitions';
const streamNotFound = 10_059;

/**
 * Makes the streams unless they exist; many services may do so at once. The settings that exactness rests on are put
 * right on an existing stream. Throws FAILED_PRECONDITION when the stream was made for another number of partitions.
 */
export async function ensureEventStreams(connection: NatsConnection, options: EventStreamOptions): Promise<void> {
  const manager = await jetstreamManager(connection);
  await ensureStream(manager, eventsConfig(options));
  await ensureStream(manager, deadLettersConfig(options));
}

function eventsConfig(options: EventStreamOptions): StreamSettings {
  return {
    name: eventsStream,
    subjects: [allEventsFilter],
    storage: 'file',
    retention: 'limits',
    discard: 'new',
    max_age: 0,
    max_bytes: options.maxBytes,
    num_replicas: options.replicas,
    duplicate_window: nanos(duplicateWindowMs),
    allow_direct: true,
    metadata: { [partitionsKey]: String(options.partitions) },
  };
}

function deadLettersConfig(options: EventStreamOptions): StreamSettings {
  return {
    name: deadLettersStream,
    subjects: [allDeadLettersFilter],
    storage: 'file',
    retention: 'limits',
    discard: 'new',
    max_age: 0,
    max_bytes: options.maxBytes,
    num_replicas: options.replicas,
    duplicate_window: nanos(duplicateWindowMs),
    allow_direct: true,
  };
}

type StreamSettings = Partial<StreamConfig> & { readonly name: string };

async function ensureStream(manager: JetStreamManager, wanted: StreamSettings): Promise<void> {
  const existing = await streamConfig(manager, wanted.name);
  if (existing === undefined) {
    // Creating a stream that another service has just made with the same settings succeeds.
    await manager.streams.add(wanted);
    return;
  }
  requireSamePartitions(existing, wanted);
  if (differs(existing, wanted)) await manager.streams.update(wanted.name, wanted);
}

async function streamConfig(manager: JetStreamManager, name: string): Promise<StreamConfig | undefined> {
  try {
    return (await manager.streams.info(name)).config;
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === streamNotFound) return undefined;
    throw error;
  }
}

function requireSamePartitions(existing: StreamConfig, wanted: StreamSettings): void {
  const found = existing.metadata?.[partitionsKey];
  const expected = wanted.metadata?.[partitionsKey];
  if (found === expected || expected === undefined) return;
  throw new AffinityError(
    'FAILED_PRECONDITION',
    `stream ${wanted.name} has ${found ?? 'an unknown number of'} partitions, this deployment is set to ${expected}: ` +
      'drain all partitions to one common sequence before changing the number',
  );
}

function differs(existing: StreamConfig, wanted: StreamSettings): boolean {
  const keys = ['discard', 'max_age', 'max_bytes', 'num_replicas', 'duplicate_window', 'allow_direct'] as const;
  return keys.some((key) => existing[key] !== wanted[key]);
}
