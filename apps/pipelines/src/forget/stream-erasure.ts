import {
  allDeadLettersFilter,
  deadLettersStream,
  eventsStream,
  partitionFilter,
  StreamRecord,
} from '@affinity/contracts';
import { partitionOf, profileKeyOf, type Mark } from '@affinity/domain';
import { eraseMessages, findMessages, positionOf } from '@affinity/messaging';
import { decodeEntityRef } from '@affinity/personalize';
import type { MsgHdrs, NatsConnection } from '@nats-io/transport-node';

/** Whose messages, in which stream. */
export interface StreamErasureOptions {
  readonly connection: NatsConnection;
  readonly partitions: number;
  readonly profileKey: string;
}

/** A profile's messages in the stream of events, up to its newest erasure; all of them when it has none. */
export interface OwnMessages {
  readonly sequences: readonly number[];
  /** The newest erasure; undefined when the stream has none. */
  readonly erasure: Mark | undefined;
}

/** Finds a profile's messages. What came after its newest erasure is of a visitor who came back, and stays. */
export async function findOwnMessages(options: StreamErasureOptions): Promise<OwnMessages> {
  const { connection, partitions, profileKey } = options;
  let erasure: Mark | undefined;
  const sequences = await findMessages(connection, {
    stream: eventsStream,
    filter: partitionFilter(partitionOf(profileKey, partitions)),
    matches: (message) => {
      const owner = ownerOf(message.data);
      if (owner?.profileKey !== profileKey) return false;
      if (owner.isErasure) erasure = positionOf(message);
      return true;
    },
  });
  const last = erasure?.sequence ?? Infinity;
  return { sequences: sequences.filter((sequence) => sequence <= last), erasure };
}

/** Removes messages of the stream of events. Every reader must have read them. */
export function eraseOwnMessages({ connection }: StreamErasureOptions, { sequences }: OwnMessages): Promise<number> {
  return eraseMessages(connection, eventsStream, sequences);
}

/** Finds the dead letters of a profile, and those that cannot be read but hold its key. */
export function findOwnDeadLetters({ connection, profileKey }: StreamErasureOptions): Promise<readonly number[]> {
  const needle = Buffer.from(profileKey);
  return findMessages(connection, {
    stream: deadLettersStream,
    filter: allDeadLettersFilter,
    matches: ({ data, headers }) => {
      const owner = ownerOf(data);
      if (owner !== undefined && owner.profileKey !== profileKey) return false;
      return owner !== undefined || Buffer.from(data).includes(needle) || holds(headers, profileKey);
    },
  });
}

/** Removes dead letters. */
export function eraseOwnDeadLetters({ connection }: StreamErasureOptions, numbers: readonly number[]): Promise<number> {
  return eraseMessages(connection, deadLettersStream, numbers);
}

function holds(headers: MsgHdrs | undefined, text: string): boolean {
  return headers?.keys().some((name) => headers.values(name).some((value) => value.includes(text))) ?? false;
}

interface Owner {
  readonly profileKey: string;
  readonly isErasure: boolean;
}

/** Whose a message is; undefined when it cannot be read. An item that was refused is nobody's. */
function ownerOf(data: Uint8Array): Owner | undefined {
  const entity = decodeEntityRef(data);
  if (entity !== undefined) return { profileKey: entity.kind === 'user' ? entity.id : '', isErasure: false };
  try {
    const { record } = StreamRecord.decode(data);
    if (record?.$case === 'erasure') return { profileKey: record.value.profileKey, isErasure: true };
    const profileKey = record?.value.event && profileKeyOf(record.value.event);
    return profileKey === undefined ? undefined : { profileKey, isErasure: false };
  } catch {
    return undefined;
  }
}
