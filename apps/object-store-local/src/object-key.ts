import { S3Error } from './errors';

/** S3's limit on the UTF-8 length of a key. Source: "Naming Amazon S3 objects", Amazon S3 User Guide. */
const MAX_KEY_BYTES = 1024;
/** What Linux file systems allow for one name. */
const MAX_SEGMENT_BYTES = 255;

/** A place for an object: a bucket and a key that is a relative path (see {@link objectKey}). */
export interface ObjectKey {
  readonly bucket: string;
  /** Never begins or ends with `/`, and has no `.`, `..` or empty segment: joined to a folder, it stays below it. */
  readonly key: string;
}

/**
 * Accepts a key that can be a file's path as it stands.
 * Throws `KeyTooLongError`, or `NotImplemented` for keys that S3 would take and a file system cannot hold.
 */
export function objectKey(bucket: string, key: string): ObjectKey {
  if (Buffer.byteLength(key) > MAX_KEY_BYTES)
    throw new S3Error('KeyTooLongError', 'The key is longer than 1024 bytes.');
  const problem = key.includes('\0') ? 'it has a zero byte' : key.split('/').map(segmentProblem).find(Boolean);
  if (problem) throw new S3Error('NotImplemented', `This key cannot be stored as a file: ${problem}.`);
  return { bucket: bucketName(bucket), key };
}

/** Accepts a bucket name. Throws `InvalidBucketName`. Source: "General purpose bucket naming rules", S3 User Guide. */
export function bucketName(name: string): string {
  const valid = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) && !name.includes('..');
  if (!valid) throw new S3Error('InvalidBucketName', 'A bucket name has 3 to 63 of a-z, 0-9, "-" and ".".');
  return name;
}

function segmentProblem(segment: string): string | undefined {
  if (segment === '') return 'it has an empty segment';
  if (segment === '.' || segment === '..') return `it has a segment ${segment}`;
  if (Buffer.byteLength(segment) > MAX_SEGMENT_BYTES) return 'a segment is longer than 255 bytes';
  return undefined;
}
