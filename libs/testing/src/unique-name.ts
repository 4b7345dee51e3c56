import { randomBytes } from 'node:crypto';

/** A name that no other test has: the prefix, `-`, and 12 random hex digits. Fit for streams, tables, buckets and keys. */
export const uniqueName = (prefix: string): string => `${prefix}-${randomBytes(6).toString('hex')}`;
