import { jetstream, jetstreamManager, JetStreamApiError, type JsMsg } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { fromUnknown, unavailable } from '@affinity/service-kit';

/** Which messages to look through. */
export interface MessageSearch {
  readonly stream: string;
  readonly filter: string;
  readonly matches: (message: JsMsg) => boolean;
}

const messageNotFound = 10_037;
const messagesAhead = 500;

/**
 * Sequences of the messages that match, ascending, of those that the stream holds when the search begins. Throws UNAVAILABLE
 * when the stream does not answer.
 */
export async function findMessages(connection: NatsConnection, search: MessageSearch): Promise<readonly number[]> {
  const { stream, filter, matches } = search;
  const found: number[] = [];
  try {
    const consumer = await jetstream(connection).consumers.get(stream, {
      filter_subjects: [filter],
      deliver_policy: 'all',
    });
    if ((await consumer.info(true)).num_pending === 0) return found;
    for await (const message of await consumer.consume({ max_messages: messagesAhead, expires: 5_000 })) {
      if (matches(message)) found.push(message.seq);
      if (message.info.pending === 0) break;
    }
    await consumer.delete().catch(() => undefined); // The server also removes it by itself once it is idle.
  } catch (error) {
    throw unavailable(`stream ${stream} could not be searched`, { cause: fromUnknown(error) });
  }
  return found;
}

/**
 * Removes messages and overwrites their bytes on the server's disk. Those that are gone already are no failure. Returns how
 * many were removed. Throws UNAVAILABLE when the stream does not answer: some may be removed by then.
 */
export async function eraseMessages(
  connection: NatsConnection,
  stream: string,
  sequences: readonly number[],
): Promise<number> {
  const manager = await jetstreamManager(connection);
  let erased = 0;
  for (const sequence of sequences) {
    try {
      if (await manager.streams.deleteMessage(stream, sequence, true)) erased += 1;
    } catch (error) {
      if (error instanceof JetStreamApiError && error.code === messageNotFound) continue;
      throw unavailable(`message ${sequence} of ${stream} could not be removed`, { cause: fromUnknown(error) });
    }
  }
  return erased;
}
