import { JetStreamApiError, type JetStreamManager } from '@nats-io/jetstream';
import { eventsStream } from '@affinity/contracts';
import type { Mark } from '@affinity/domain';
import { parseTimestampNs } from './stream-position';

/** Questions about what the events stream holds now, answered by its leader. */
export interface StreamLookup {
  /** When the message at a sequence was stored, in epoch nanoseconds; undefined when there is none. */
  timestampAt(sequence: number): Promise<bigint | undefined>;
  /** The last message of a subject filter; undefined when there is none. */
  lastOf(filter: string): Promise<Mark | undefined>;
  /** The sequence of the stream's first message (one past the last when it is empty), and its last position. */
  bounds(): Promise<StreamBounds>;
}

/** What a stream holds. */
export interface StreamBounds {
  readonly firstSequence: number;
  readonly last: Mark;
}

const messageNotFound = 10_037;

/** Looks into the events stream. */
export function createStreamLookup(manager: JetStreamManager, stream: string = eventsStream): StreamLookup {
  return {
    async timestampAt(sequence) {
      const message = await storedMessage(manager, stream, { seq: sequence });
      return message && message.timestampNs;
    },
    async lastOf(filter) {
      return storedMessage(manager, stream, { last_by_subj: filter });
    },
    async bounds() {
      const { state } = await manager.streams.info(stream);
      const last = {
        sequence: state.last_seq,
        timestampNs: state.messages === 0 ? 0n : parseTimestampNs(state.last_ts),
      };
      return { firstSequence: state.first_seq, last };
    },
  };
}

type Query = { readonly seq: number } | { readonly last_by_subj: string };

async function storedMessage(manager: JetStreamManager, stream: string, query: Query): Promise<Mark | undefined> {
  try {
    const message = await manager.streams.getMessage(stream, query);
    return message === null ? undefined : { sequence: message.seq, timestampNs: parseTimestampNs(message.timestamp) };
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === messageNotFound) return undefined;
    throw error;
  }
}
