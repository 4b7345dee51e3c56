import { jetstream, jetstreamManager, type JsMsg } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { deadLetterHeaders, deadLettersStream } from '@affinity/contracts';
import { fromUnknown, unavailable } from '@affinity/service-kit';
import { randomUUID } from 'node:crypto';
import type { DeadLetter } from './dead-letters';

/** A dead letter as it is kept. */
export interface StoredDeadLetter extends DeadLetter {
  /** Its number among the dead letters. */
  readonly number: number;
  readonly storedAt: Date;
}

/** The dead letters that are kept now, from the oldest on, or from a number on. */
export async function* listDeadLetters(
  connection: NatsConnection,
  { from = 1 }: { readonly from?: number } = {},
): AsyncGenerator<StoredDeadLetter, void, undefined> {
  const manager = await jetstreamManager(connection);
  const { state } = await manager.streams.info(deadLettersStream);
  const first = Math.max(from, state.first_seq);
  if (state.messages === 0 || first > state.last_seq) return;
  const consumer = await jetstream(connection).consumers.get(deadLettersStream, {
    deliver_policy: 'by_start_sequence',
    opt_start_seq: first,
  });
  try {
    for await (const message of await consumer.consume({ max_messages: 100, expires: 5_000 })) {
      yield storedLetter(message);
      if (message.seq >= state.last_seq) return;
    }
  } finally {
    await consumer.delete().catch(() => undefined); // The server also removes it by itself once it is idle.
  }
}

/**
 * Publishes a dead letter's message again on its own subject, under a fresh message id, and then removes the letter. A crash
 * in between leaves the letter: replaying it once more is what a tile's memory of event ids is for.
 */
export async function replayDeadLetter(connection: NatsConnection, letter: StoredDeadLetter): Promise<void> {
  try {
    await jetstream(connection).publish(letter.subject, letter.data, {
      msgID: `replay/${randomUUID()}`,
      timeout: 5_000,
    });
    await (await jetstreamManager(connection)).streams.deleteMessage(deadLettersStream, letter.number);
  } catch (error) {
    throw unavailable(`dead letter ${letter.number} could not be replayed`, { cause: fromUnknown(error) });
  }
}

function storedLetter(message: JsMsg): StoredDeadLetter {
  const header = (name: string): string => message.headers?.get(name) ?? '';
  const timestampNs = header(deadLetterHeaders.timestampNs);
  return {
    number: message.seq,
    storedAt: message.time,
    reader: header(deadLetterHeaders.reader),
    partition: Number(message.subject.split('.').at(-1)),
    reason: header(deadLetterHeaders.reason),
    subject: header(deadLetterHeaders.subject),
    position: {
      sequence: Number(header(deadLetterHeaders.sequence)),
      timestampNs: BigInt(timestampNs === '' ? 0 : timestampNs),
    },
    data: message.data,
  };
}
