import { formatDay, type Day } from '@affinity/domain';
import { fromMetadata, upstreamDayFolder, type ObjectStore, type RangeFacts } from '@affinity/lake';
import { AffinityError } from '@affinity/service-kit';
import { mapConcurrently } from './map-concurrently';

/** An object of the upstream zone and what it says about itself. */
export interface UpstreamObject extends RangeFacts {
  readonly key: string;
}

const headsAtOnce = 16;

/**
 * The objects of a data set's day, ascending by key. Throws FAILED_PRECONDITION, naming the key, when one was not written by
 * the lake sink or has no digest.
 */
export async function upstreamDay(store: ObjectStore, prefix: string, day: Day): Promise<readonly UpstreamObject[]> {
  const keys: string[] = [];
  for await (const { key } of store.list(upstreamDayFolder(prefix, formatDay(day)))) keys.push(key);
  return mapConcurrently(keys, headsAtOnce, async (key) => {
    const head = await store.head(key);
    if (head === undefined) throw new AffinityError('FAILED_PRECONDITION', `object ${key} is gone: it was listed`);
    const facts = fromMetadata(key, head.metadata);
    if (!/^[0-9a-f]{64}$/.test(facts.sha256))
      throw new AffinityError(
        'FAILED_PRECONDITION',
        `object ${key} lacks its digest: it was not written by the lake sink`,
      );
    return { key, ...facts };
  });
}

/** Whether a day has any object. */
export async function hasUpstream(store: ObjectStore, prefix: string, day: Day): Promise<boolean> {
  for await (const { key } of store.list(upstreamDayFolder(prefix, formatDay(day)))) return key !== '';
  return false;
}
