import type { Mark } from '@affinity/domain';
import { hourFolder } from './stream-instant';

/** How the bodies of a data set's objects are compressed. */
export type Compression = 'none' | 'gzip';

/** Which data set of the upstream zone, and which of its shards. */
export interface UpstreamShard {
  /** Segments separated by `/`, such as `crm/dashboard_interaction`. */
  readonly prefix: string;
  readonly shard: number;
  readonly compression: Compression;
}

/** Digits of a sequence in a key: the largest exact integer has 16. */
const sequenceDigits = 16;

/** Where the objects of a data set begin: `upstream/<prefix>/`. */
export function upstreamFolder(prefix: string): string {
  return `upstream/${prefix}/`;
}

/**
 * The key of the object whose range begins with the message at `first`:
 * `upstream/<prefix>/dt=YYYY-MM-DD/hr=HH/<shard>-<sequence>-<nanoseconds>.ndjson[.gz]`, date and hour in UTC and of the
 * stream. It depends on nothing else, so that two writers that begin at the same message want the same key, however much each
 * has read. Keys of a shard ascend in stream order within an hour. The timestamp tells a sequence from the same number in a
 * stream that was rolled back.
 */
export function upstreamKey({ prefix, shard, compression }: UpstreamShard, first: Mark): string {
  const sequence = String(first.sequence).padStart(sequenceDigits, '0');
  const suffix = compression === 'gzip' ? '.gz' : '';
  const name = `${shard}-${sequence}-${first.timestampNs}.ndjson${suffix}`;
  return `${upstreamFolder(prefix)}${hourFolder(first.timestampNs)}/${name}`;
}
