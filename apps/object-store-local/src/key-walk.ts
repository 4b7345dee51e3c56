import { type Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileErrorCode } from './errors';

/** What a walk yields: an object's key, or a folder of keys that share a prefix ending in `/`. */
export type WalkEntry =
  { readonly kind: 'key'; readonly key: string } | { readonly kind: 'prefix'; readonly prefix: string };

/** What to walk over. */
export interface WalkOptions {
  /** Only keys that begin with this. */
  readonly prefix: string;
  /** Only entries after this one, in the order of the walk; '' for all. */
  readonly after: string;
  /** Yield the folders below the prefix as one entry each instead of what they hold. */
  readonly rollUp: boolean;
}

/**
 * Walks a bucket's folder in the order of the keys' UTF-8 bytes, which is S3's, one folder in memory at a time.
 * It is that order because a folder sorts as its name with the `/` that all its keys have. Objects that come or go during
 * the walk may or may not be seen.
 */
export async function* walkKeys(bucketPath: string, options: WalkOptions): AsyncGenerator<WalkEntry> {
  yield* walkFolder(bucketPath, '', options);
}

async function* walkFolder(path: string, base: string, options: WalkOptions): AsyncGenerator<WalkEntry> {
  const { prefix, after } = options;
  for (const { name, isFolder } of await sortedEntries(path)) {
    const key = base + name;
    if (!isFolder) {
      if (key.startsWith(prefix) && compareKeys(key, after) > 0) yield { kind: 'key', key };
    } else if ((key.startsWith(prefix) || prefix.startsWith(key)) && !liesBefore(key, options)) {
      const within = walkFolder(join(path, name), key, options);
      if (!isRolledUp(key, options)) yield* within;
      else if (!(await within.next()).done) yield { kind: 'prefix', prefix: key };
    }
  }
}

const isRolledUp = (folder: string, { prefix, rollUp }: WalkOptions): boolean =>
  rollUp && folder.length > prefix.length;

/** Whether nothing that the folder would yield comes after `after`. */
function liesBefore(folder: string, options: WalkOptions): boolean {
  if (options.after === folder) return isRolledUp(folder, options);
  return compareKeys(folder, options.after) < 0 && !options.after.startsWith(folder);
}

async function sortedEntries(path: string): Promise<{ name: string; isFolder: boolean }[]> {
  const entries = (await readFolder(path)).filter((entry) => entry.isDirectory() || entry.isFile());
  return entries
    .map((entry) => ({ name: entry.isDirectory() ? `${entry.name}/` : entry.name, isFolder: entry.isDirectory() }))
    .sort((left, right) => compareKeys(left.name, right.name));
}

async function readFolder(path: string): Promise<Dirent[]> {
  try {
    return await readdir(path, { withFileTypes: true });
  } catch (error) {
    if (fileErrorCode(error) === 'ENOENT') return []; // removed since its parent was read
    throw error;
  }
}

/** Orders by UTF-8 bytes; JavaScript's own order differs beyond the basic plane. */
const compareKeys = (left: string, right: string): number => Buffer.compare(Buffer.from(left), Buffer.from(right));
