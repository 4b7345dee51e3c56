import type { Mark } from '@affinity/domain';
import { fromUnknown, type Logger } from '@affinity/service-kit';
import { setTimeout as delay } from 'node:timers/promises';
import type { StreamLookup } from './stream-lookup';
import { idlePosition } from './stream-purge';

/** Whose checkpoint may move, and how. */
export interface IdleCheckpointOptions {
  readonly lookup: StreamLookup;
  readonly filters: readonly string[];
  readonly everyMs: number;
  readonly signal: AbortSignal;
  readonly logger: Logger;
  /** The last position that is known to be dealt with; undefined before the first. */
  readonly lastRead: () => Mark | undefined;
  /** Moves the checkpoint, unless what was last read is not `from` any more. Throws ABORTED when it is somebody else's by now. */
  readonly advance: (to: Mark, from: Mark | undefined) => Promise<void> | void;
}

/**
 * Looks again and again, until the signal aborts, whether a reader's checkpoint may move past messages of others, so that an
 * idle reader holds back no purge of the stream. Throws ABORTED; what else fails is tried again the next time.
 */
export async function advanceWhileIdle(options: IdleCheckpointOptions): Promise<void> {
  const { lookup, filters, everyMs, signal, logger, lastRead, advance } = options;
  for (;;) {
    await delay(everyMs, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    try {
      const from = lastRead();
      const position = await idlePosition(lookup, { filters, lastRead: from });
      if (position !== undefined) await advance(position, from);
    } catch (thrown) {
      const error = fromUnknown(thrown);
      if (error.code === 'ABORTED') throw error;
      logger.debug({ err: error }, 'the idle checkpoint was not moved');
    }
  }
}
