import { jetstream, jetstreamManager, type JsMsg } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { deadLetterHeaders, deadLettersStream } from '@affinity/contracts';
import type { Mark } from '@affinity/domain';
import { fromUnknown, unavailable } from '@affinity/service-kit';
import { randomUUID } from 'node:crypto';
import type { DeadLetter } from './dead-letters';
import { requestReplay } from './replay-requests';

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
 * Publishes a dead letter's message again on its own subject, under a fresh message id; what never was a message its reader
 * is asked to try again. Then removes the letter. A crash in between leaves it: replaying a message once more is what a
 * tile's memory of event ids is for, and a reader that takes back what was no message takes it as often as it comes.
 * @throws AffinityError UNAVAILABLE, or FAILED_PRECONDITION when the reader refuses it again; the letter stays
 */
export async function replayDeadLetter(connection: NatsConnection, letter: StoredDeadLetter): Promise<void> {
  if (letter.position === undefined) await requestReplay(connection, letter);
  try {
    if (letter.position !== undefined) await publishAgain(connection, letter);
    await (await jetstreamManager(connection)).streams.deleteMessage(deadLettersStream, letter.number);
  } catch (error) {
    throw unavailable(`dead letter ${letter.number} could not be replayed`, { cause: fromUnknown(error) });
  }
}

async function publishAgain(connection: NatsConnection, { subject, data }: StoredDeadLetter): Promise<void> {
  const options = { msgID: `replay/${randomUUID()}`, timeout: 5_000 };
  await jetstream(connection).publish(subject, data, options);
}

function storedLetter(message: JsMsg): StoredDeadLetter {
  const header = (name: string): string => message.headers?.get(name) ?? '';
  return {
    number: message.seq,
    storedAt: message.time,
    reader: header(deadLetterHeaders.reader),
    partition: Number(message.subject.split('.').at(-1)),
    reason: header(deadLetterHeaders.reason),
    subject: header(deadLetterHeaders.subject),
    position: positionIn(header(deadLetterHeaders.sequence), header(deadLetterHeaders.timestampNs)),
    data: message.data,
  };
}

function positionIn(sequence: string, timestampNs: string): Mark | undefined {
  return sequence === '' ? undefined : { sequence: Number(sequence), timestampNs: BigInt(timestampNs) };
}
