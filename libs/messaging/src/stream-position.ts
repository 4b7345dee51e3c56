import type { JsMsg } from '@nats-io/jetstream';
import type { Mark } from '@affinity/domain';

/** Where a delivered message stands in its stream. */
export function positionOf(message: JsMsg): Mark {
  return { sequence: message.seq, timestampNs: message.timestampNanos };
}

/**
 * Tells where the messages of one consumer stand, reading the subject that they are to be acknowledged on once: the client reads
 * it anew for each number that is asked of it. Source: NATS ADR-15, "JetStream Subscribe Workflow".
 */
export class DeliveryReader {
  /** What comes before a message's own numbers. */
  private origin: string | undefined;

  constructor(private readonly consumer: string) {}

  /** Where a message stands; undefined when it is another consumer's. */
  positionOf(message: JsMsg): Mark | undefined {
    const reply = 'reply' in message && typeof message.reply === 'string' ? message.reply : '';
    if (this.origin !== undefined && reply.startsWith(this.origin)) return numbersAfter(reply, this.origin.length);
    if (message.info.consumer !== this.consumer) return undefined;
    const name = `.${this.consumer}.`;
    const place = reply.indexOf(name);
    if (place >= 0) this.origin = reply.slice(0, place + name.length);
    return positionOf(message);
  }
}

/** Of "delivered.sequence.consumer sequence.timestamp.pending", the second and the fourth. */
function numbersAfter(reply: string, from: number): Mark {
  const first = reply.indexOf('.', from);
  const second = reply.indexOf('.', first + 1);
  const third = reply.indexOf('.', second + 1);
  const fourth = reply.indexOf('.', third + 1);
  return { sequence: Number(reply.slice(first + 1, second)), timestampNs: BigInt(reply.slice(third + 1, fourth)) };
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
