import type { JsMsg } from '@nats-io/jetstream';
import type { Mark } from '@affinity/domain';

/** Where a delivered message stands in its stream. */
export function positionOf(message: JsMsg): Mark {
  return { sequence: message.seq, timestampNs: message.timestampNanos };
}

const timestampPattern = /^(.+T\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?(Z|[+-]\d{2}:\d{2})$/;

/** Epoch nanoseconds of an RFC 3339 timestamp with up to nine digits of fraction, as the server writes them. */
export function parseTimestampNs(timestamp: string): bigint {
  const match = timestampPattern.exec(timestamp);
  if (match === null) throw new RangeError(`not an RFC 3339 timestamp: ${timestamp}`);
  const [, seconds = '', fraction = '', zone = ''] = match;
  return BigInt(Date.parse(seconds + zone)) * 1_000_000n + BigInt(fraction.padEnd(9, '0'));
}

/** An RFC 3339 timestamp in UTC of epoch nanoseconds, all nine digits. */
export function formatTimestampNs(timestampNs: bigint): string {
  const seconds = new Date(Number(timestampNs / 1_000_000_000n) * 1_000).toISOString().slice(0, 19);
  return `${seconds}.${(timestampNs % 1_000_000_000n).toString().padStart(9, '0')}Z`;
}
