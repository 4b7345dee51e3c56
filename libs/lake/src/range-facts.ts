import type { Mark } from '@affinity/domain';
import { AffinityError } from '@affinity/service-kit';
import { formatInstantNs } from './stream-instant';
import type { ObjectMetadata } from './object-store';

/** What an upstream object says about itself: one unbroken range of its shard's messages. */
export interface RangeFacts {
  /** The first and the last message that the range covers, also when it left no line. */
  readonly first: Mark;
  readonly last: Mark;
  /** Lines in the body: messages of the range that could be read. */
  readonly count: number;
  /** SHA-256 of the body before compression, lower-case hex. */
  readonly sha256: string;
}

/** The metadata of an object; positions as numbers, with the instants once more for people. */
export function toMetadata({ first, last, count, sha256 }: RangeFacts): ObjectMetadata {
  return {
    'first-seq': String(first.sequence),
    'last-seq': String(last.sequence),
    'first-ts-ns': String(first.timestampNs),
    'last-ts-ns': String(last.timestampNs),
    'first-ts': formatInstantNs(first.timestampNs),
    'last-ts': formatInstantNs(last.timestampNs),
    count: String(count),
    sha256,
  };
}

/** Reads the metadata back. Throws FAILED_PRECONDITION, naming the key, when something else wrote the object. */
export function fromMetadata(key: string, metadata: ObjectMetadata): RangeFacts {
  const whole = (name: string): string => {
    const text = metadata[name];
    if (text !== undefined && /^\d{1,20}$/.test(text)) return text;
    throw new AffinityError(
      'FAILED_PRECONDITION',
      `object ${key} lacks the metadata ${name}: it was not written by the lake sink, or copied without its metadata`,
    );
  };
  const mark = (end: 'first' | 'last'): Mark => ({
    sequence: Number(whole(`${end}-seq`)),
    timestampNs: BigInt(whole(`${end}-ts-ns`)),
  });
  return { first: mark('first'), last: mark('last'), count: Number(whole('count')), sha256: metadata['sha256'] ?? '' };
}
