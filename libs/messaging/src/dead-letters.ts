import { jetstream } from '@nats-io/jetstream';
import { headers, type NatsConnection } from '@nats-io/transport-node';
import { deadLetterHeaders, deadLetterSubject } from '@affinity/contracts';
import type { Mark } from '@affinity/domain';
import { fromUnknown, unavailable } from '@affinity/service-kit';
import { randomUUID } from 'node:crypto';

/** A message that a reader could not handle. */
export interface DeadLetter {
  /** Which reader gave it up, such as `profile-aggregator`. */
  readonly reader: string;
  readonly partition: number;
  /** Why, for an operator. */
  readonly reason: string;
  readonly subject: string;
  /** Of the message in its stream; absent for what never was one, such as an item that Personalize refuses. */
  readonly position?: Mark | undefined;
  /** What makes the letter recognisable when it is stored again. Default: its position, else nothing does. */
  readonly id?: string;
  readonly data: Uint8Array;
}

/** Keeps what could not be handled, where an operator can see and replay it. */
export interface DeadLetterStore {
  /** Resolves once the letter is stored; storing the same one again adds nothing. Throws UNAVAILABLE otherwise. */
  store(letter: DeadLetter): Promise<void>;
}

/** Dead letters in their own stream. */
export function createDeadLetterStore(connection: NatsConnection): DeadLetterStore {
  const client = jetstream(connection);
  return {
    async store({ reader, partition, reason, subject, position, id = idOf(position), data }) {
      const described = headers();
      described.set(deadLetterHeaders.reader, reader);
      described.set(deadLetterHeaders.reason, reason.replace(/[\r\n]+/g, ' ').slice(0, 1_024));
      described.set(deadLetterHeaders.subject, subject);
      if (position !== undefined) {
        described.set(deadLetterHeaders.sequence, String(position.sequence));
        described.set(deadLetterHeaders.timestampNs, String(position.timestampNs));
      }
      const msgID = `${reader}.${partition}.${id}`;
      try {
        await client.publish(deadLetterSubject(reader, partition), data, { headers: described, msgID, timeout: 5_000 });
      } catch (error) {
        throw unavailable('the dead letter could not be stored', { cause: fromUnknown(error) });
      }
    },
  };
}

function idOf(position: Mark | undefined): string {
  return position === undefined ? randomUUID() : `${position.sequence}.${position.timestampNs}`;
}
