import { JetStreamApiError, type JetStreamManager } from '@nats-io/jetstream';
import { eventsStream } from '@affinity/contracts';
import { covers, type Mark, markOfNothing } from '@affinity/domain';
import type { StreamLookup } from './stream-lookup';

/** What may be purged. */
export interface PurgeLimit {
  /** The lowest checkpoint of all readers, by number and by time: the message at it stays, so that each can verify its own. */
  readonly checkpoint: Mark;
  /** Messages stored after this time stay, in epoch milliseconds. */
  readonly keepAfterMs: number;
}

const messageNotFound = 10_037;

/**
 * Purges what every reader has read and what is old enough. Purges nothing when the checkpoint is not of the stream as it is
 * now. Returns how many messages went.
 */
export async function purgeStream(
  { manager, lookup }: { readonly manager: JetStreamManager; readonly lookup: StreamLookup },
  { checkpoint, keepAfterMs }: PurgeLimit,
): Promise<number> {
  if ((await lookup.timestampAt(checkpoint.sequence)) !== checkpoint.timestampNs) return 0;
  const firstToKeep = await firstSequenceAfter(manager, keepAfterMs);
  const seq = Math.min(checkpoint.sequence, firstToKeep ?? checkpoint.sequence);
  const { purged } = await manager.streams.purge(eventsStream, { seq });
  return purged;
}

/** The sequence of the first message stored at or after a time; undefined when there is none. */
async function firstSequenceAfter(manager: JetStreamManager, timeMs: number): Promise<number | undefined> {
  try {
    const message = await manager.direct.getMessage(eventsStream, { start_time: new Date(timeMs) });
    return message?.seq;
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === messageNotFound) return undefined;
    throw error;
  }
}

/**
 * The stream's last position, if it holds no message of the filter that `lastRead` does not cover: a reader that is done may
 * move its checkpoint there, past messages of others. Undefined when there is something left to read or nothing to move past.
 */
export async function idlePosition(
  lookup: StreamLookup,
  { filters, lastRead = markOfNothing }: { readonly filters: readonly string[]; readonly lastRead: Mark | undefined },
): Promise<Mark | undefined> {
  // First the end of the stream, then the last message of each filter: what comes in between is seen by the second look.
  const { last } = await lookup.bounds();
  if (covers(lastRead, last)) return undefined;
  for (const filter of filters) {
    const own = await lookup.lastOf(filter);
    // After a rollback a new message may have a number that was read before: its time tells.
    if (own !== undefined && !covers(lastRead, own)) return undefined;
  }
  return last;
}
