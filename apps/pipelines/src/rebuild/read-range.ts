import { fromMetadata, parseLakeLine, type LakeRecord, type ObjectStore, type RangeFacts } from '@affinity/lake';
import { AffinityError } from '@affinity/service-kit';
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';

const decompress = promisify(gunzip);

/** What an object of the upstream zone says about itself, and its lines. */
export interface ReadRange extends RangeFacts {
  readonly records: readonly LakeRecord[];
}

/**
 * Reads an object of the upstream zone, all of it or nothing. Throws FAILED_PRECONDITION, naming the key, when its body is not
 * the one that was written, or has a line that is not the lake sink's.
 */
export async function readRange(store: ObjectStore, key: string): Promise<ReadRange> {
  const object = await store.get(key);
  if (object === undefined) throw refused(key, 'is gone: it was listed');
  const facts = fromMetadata(key, object.metadata);
  const body = key.endsWith('.gz') ? await decompress(object.body) : Buffer.from(object.body);
  if (createHash('sha256').update(body).digest('hex') !== facts.sha256) throw refused(key, 'has not its own digest');
  const lines = body.toString().split('\n').slice(0, -1);
  if (lines.length !== facts.count) throw refused(key, `has ${lines.length} lines and says ${facts.count}`);
  return { ...facts, records: lines.map((line, i) => recordOf(key, line, i)) };
}

function recordOf(key: string, line: string, i: number): LakeRecord {
  const record = parseLakeLine(line);
  if (record === undefined) throw refused(key, `has a line ${i + 1} that the lake sink did not write`);
  return record;
}

function refused(key: string, reason: string): AffinityError {
  return new AffinityError('FAILED_PRECONDITION', `object ${key} ${reason}`);
}
