import type { Mark } from '@affinity/domain';

const pattern = /^(\d{1,15}) (\d{1,20})$/;

/** A partition's watermark as the body of its announcement. */
export function encodeWatermark({ sequence, timestampNs }: Mark): Uint8Array {
  return Buffer.from(`${sequence} ${timestampNs}`);
}

/** The watermark of an announcement; undefined when the body is none. */
export function decodeWatermark(body: Uint8Array): Mark | undefined {
  const match = pattern.exec(Buffer.from(body).toString('latin1'));
  if (match === null) return undefined;
  return { sequence: Number(match[1]), timestampNs: BigInt(match[2] ?? 0) };
}
