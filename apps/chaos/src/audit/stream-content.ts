import { eventsStream, StreamRecord } from '@affinity/contracts';
import type { Mark } from '@affinity/domain';
import { parseTimestampNs, positionOf } from '@affinity/messaging';
import { jetstream, jetstreamManager, type JsMsg } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';

/** A message of the stream: where it stands, and which event it is. */
export interface HeldMessage {
  readonly position: Mark;
  readonly partition: number;
  readonly profileKey: string;
  readonly eventId: string;
}

/**
 * Everything that the stream holds now from a sequence on, in stream order. Rejects when it does not begin at 1: then
 * messages were removed, which no run asks for.
 */
export async function readStream(connection: NatsConnection, fromSequence = 1): Promise<readonly HeldMessage[]> {
  const manager = await jetstreamManager(connection);
  const { state } = await manager.streams.info(eventsStream);
  if (state.first_seq > 1) throw new Error(`the stream begins at ${state.first_seq}: messages were removed`);
  const held: HeldMessage[] = [];
  if (state.last_seq < fromSequence) return held;
  const consumer = await jetstream(connection).consumers.get(eventsStream, {
    deliver_policy: 'by_start_sequence',
    opt_start_seq: fromSequence,
  });
  for await (const message of await consumer.consume()) {
    held.push(heldMessage(message));
    if (message.seq >= state.last_seq) break;
  }
  return held;
}

/** The last position of the stream. */
export async function lastPosition(connection: NatsConnection): Promise<Mark> {
  const { state } = await (await jetstreamManager(connection)).streams.info(eventsStream);
  return { sequence: state.last_seq, timestampNs: state.messages === 0 ? 0n : parseTimestampNs(state.last_ts) };
}

function heldMessage(message: JsMsg): HeldMessage {
  const { record } = StreamRecord.decode(message.data);
  const event = record?.$case === 'event' ? record.value.event : undefined;
  if (event === undefined) throw new Error(`the message at ${message.seq} is no event`);
  const { userId: profileKey, eventId } = event;
  return { position: positionOf(message), partition: Number(message.subject.split('.')[1]), profileKey, eventId };
}
