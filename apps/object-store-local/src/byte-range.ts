import { S3Error } from './errors';

/** A part of an object, both ends inclusive, within its size. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * Reads a `Range` header against an object's size. Undefined means the whole object: there is no header, or it is one that
 * may be ignored (another unit, several ranges). Throws `InvalidRange`. Source: RFC 9110, section 14.
 */
export function parseRange(header: string | undefined, size: number): ByteRange | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  const [first, last] = [match?.[1] ?? '', match?.[2] ?? ''];
  if (first === '' && last === '') return undefined;
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (first !== '' && last !== '' && Number(last) < start) return undefined;
  if (start >= size || (first === '' && Number(last) === 0)) {
    throw new S3Error('InvalidRange', `The range ${String(header)} does not overlap an object of ${size} bytes.`);
  }
  return { start, end };
}
