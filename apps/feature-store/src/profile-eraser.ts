import { erasureSubjectToken, StreamRecord } from '@affinity/contracts';
import { partitionOf } from '@affinity/domain';
import type { EventPublisher } from '@affinity/messaging';
import { unavailable } from '@affinity/service-kit';
import { randomUUID } from 'node:crypto';
import type { Served } from './served-profiles';

/** What an erasure removed. */
export interface ErasureReceipt {
  readonly tilesRemoved: number;
  readonly cacheEntriesRemoved: number;
}

/** What an erasure goes through. */
export interface ProfileEraserOptions {
  readonly publisher: EventPublisher;
  readonly served: Served<'watermarks' | 'store' | 'source'>;
  readonly partitions: number;
  readonly nowMs?: () => number;
}

/** Erases profiles. */
export interface ProfileEraser {
  /**
   * Publishes the erasure in the profile's partition, waits until the partition's writer has carried it out, and empties the
   * caches. Throws UNAVAILABLE when the signal aborts first: the erasure is durable by then and will be carried out; erasing
   * again is harmless.
   */
  erase(profileKey: string, signal: AbortSignal): Promise<ErasureReceipt>;
}

/** Erases profiles through the event stream, so that no later event or crash brings them back. */
export function createProfileEraser(options: ProfileEraserOptions): ProfileEraser {
  const { publisher, served, partitions, nowMs = Date.now } = options;
  return {
    async erase(profileKey, signal) {
      const { store, source, watermarks } = served();
      const tiles = await store.readOwner({ kind: 'user', profileKey }, { consistent: true, dimensions: [] });
      const requestedAt = new Date(nowMs());
      const record = { $case: 'erasure' as const, value: { profileKey, requestedAt } };
      const body = StreamRecord.encode({ record }).finish();
      const eventId = `erasure/${randomUUID()}`;
      const { sequence } = await publisher.publish({ profileKey, eventId, eventType: erasureSubjectToken, body });
      const position = { sequence, publishedAtMs: requestedAt.getTime() };
      if (!(await watermarks.waitFor(partitionOf(profileKey, partitions), position, signal))) {
        throw unavailable('the erasure is recorded but not carried out yet; asking again is harmless', {
          retryAfterMs: 1_000,
        });
      }
      const cached = await source.forget(profileKey);
      return { tilesRemoved: tiles.length, cacheEntriesRemoved: cached ? 1 : 0 };
    },
  };
}
