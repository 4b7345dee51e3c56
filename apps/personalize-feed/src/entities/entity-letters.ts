import { replaySubject } from '@affinity/contracts';
import { type DeadLetterStore, openReplayRequests, type ReplayRequests } from '@affinity/messaging';
import { decodeEntityRef, encodeEntityRef, type EntityKind } from '@affinity/personalize';
import { type Logger, retry } from '@affinity/service-kit';
import type { NatsConnection } from '@nats-io/transport-node';
import { randomUUID } from 'node:crypto';
import type { Refusal } from './entity-sender';

/** Dead letters of refused items or users: which one it is, for what is sent when it is tried again is what is stored then. */
export interface EntityLetters {
  /** Stores a dead letter, however long that takes. Rejects only when the signal aborts. */
  store(refusal: Refusal, signal: AbortSignal): Promise<void>;
  /** Letters that an operator wants to be tried again. */
  readonly replays: ReplayRequests;
  /** The entity that a letter is about; undefined when it is about none of this kind. */
  idOf(letter: Uint8Array): string | undefined;
}

/** What letters are kept with. */
export interface EntityLettersOptions {
  readonly kind: EntityKind;
  readonly connection: NatsConnection;
  readonly deadLetters: DeadLetterStore;
  readonly logger: Logger;
  /** Letters that may wait to be tried again. */
  readonly maxReplaysWaiting: number;
}

/** Name of the feeds of items and users in leases and dead letters. */
export const entityReaderName = 'personalize-entities';

/** The kinds of entities; the place of each is its partition in leases and dead letters. */
export const entityKinds: readonly EntityKind[] = ['item', 'user'];

/** Begins to take letters back. */
export function openEntityLetters(options: EntityLettersOptions): EntityLetters {
  const { kind, connection, deadLetters, logger, maxReplaysWaiting: maxWaiting } = options;
  const [reader, partition] = [entityReaderName, entityKinds.indexOf(kind)];
  const subject = replaySubject(reader, partition);
  return {
    store: async ({ id, reason }, signal) => {
      logger.error({ kind, id, reason }, 'Personalize refuses an entity, it is a dead letter');
      const data = encodeEntityRef({ kind, id });
      const letter = { reader, partition, reason, subject, data, id: randomUUID() };
      await retry(() => deadLetters.store(letter), { attempts: Infinity, signal });
    },
    replays: openReplayRequests(connection, { reader, partition, maxWaiting }),
    idOf: (letter) => {
      const ref = decodeEntityRef(letter);
      return ref?.kind === kind ? ref.id : undefined;
    },
  };
}
