import { partitionOf } from '@affinity/domain';
import {
  fromMetadata,
  toMetadata,
  upstreamFolder,
  type MutableObjectStore,
  type VersionedObject,
} from '@affinity/lake';
import { AffinityError } from '@affinity/service-kit';
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { z } from 'zod';

/** Whose lines, in which data set, and how far. */
export interface UpstreamErasureOptions {
  readonly store: MutableObjectStore;
  readonly prefix: string;
  readonly profileKey: string;
  /** The newest erasure in epoch nanoseconds: what the stream stored later is of a visitor who came back, and stays. */
  readonly erasedNs: bigint;
  readonly dryRun: boolean;
}

/** What was removed from the upstream zone. */
export interface UpstreamErasure {
  readonly objects: number;
  readonly lines: number;
}

const layoutShape = z.object({ partitions: z.number(), shards: z.number() });
const compress = promisify(gzip);
const decompress = promisify(gunzip);

/**
 * Removes a profile's lines from all objects of its shard, each under its own key and with its own range, so that the chain of
 * objects stays whole; count and digest are put right. An object without such lines is not written. Doing it again is harmless.
 */
export async function eraseUpstream(options: UpstreamErasureOptions): Promise<UpstreamErasure> {
  const { store, prefix } = options;
  const shard = await shardOf(options);
  let [objects, lines] = [0, 0];
  if (shard === undefined) return { objects, lines };
  for await (const { key } of store.list(`${upstreamFolder(prefix)}dt=`)) {
    if (!key.slice(key.lastIndexOf('/') + 1).startsWith(`${shard}-`)) continue;
    const removed = await eraseFromObject(options, key);
    lines += removed;
    objects += removed > 0 ? 1 : 0;
  }
  return { objects, lines };
}

/** The shard that has a profile's partition; undefined when the data set was never begun. */
async function shardOf({ store, prefix, profileKey }: UpstreamErasureOptions): Promise<number | undefined> {
  const found = await store.get(`${upstreamFolder(prefix)}_layout.json`);
  if (found === undefined) return undefined;
  const { partitions, shards } = layoutShape.parse(JSON.parse(Buffer.from(found.body).toString()));
  return partitionOf(profileKey, partitions) % shards;
}

async function eraseFromObject(options: UpstreamErasureOptions, key: string): Promise<number> {
  const { store, dryRun } = options;
  for (;;) {
    const object = await store.getVersioned(key);
    if (object === undefined) return 0;
    const text = key.endsWith('.gz') ? await decompress(object.body) : Buffer.from(object.body);
    const lines = keptLines(text, options);
    if (lines.removed === 0 || dryRun) return lines.removed;
    // Somebody else erases another profile from the same object: look at what is there now.
    if ((await replaceObject(store, { key, object, kept: lines.kept })) === 'replaced') return lines.removed;
  }
}

function keptLines(
  text: Buffer,
  { profileKey, erasedNs }: UpstreamErasureOptions,
): { kept: string[]; removed: number } {
  // As JSON.stringify writes it, without the quotes: most objects have nothing of the profile, which this tells quickly.
  const needle = JSON.stringify(profileKey).slice(1, -1);
  if (!text.includes(needle)) return { kept: [], removed: 0 };
  const lines = text.toString().split('\n').slice(0, -1);
  const kept = lines.filter((line) => !line.includes(needle) || !isOwn(line, { profileKey, erasedNs }));
  return { kept, removed: lines.length - kept.length };
}

interface Owner {
  readonly profileKey: string;
  readonly erasedNs: bigint;
}

/** A line that is no JSON and holds the key counts as the profile's. */
function isOwn(line: string, { profileKey, erasedNs }: Owner): boolean {
  try {
    const { profile_key: owner, timestamp } = JSON.parse(line) as { profile_key?: unknown; timestamp?: unknown };
    return owner === profileKey && nanosecondsOf(timestamp) <= erasedNs;
  } catch {
    return true;
  }
}

/** Epoch nanoseconds of a line's timestamp; 0 for one that is none. */
function nanosecondsOf(timestamp: unknown): bigint {
  const match = /^(.{19})\.(\d{9})Z$/.exec(String(timestamp));
  const seconds = Date.parse(`${match?.[1]}Z`) / 1_000;
  return Number.isNaN(seconds) ? 0n : BigInt(seconds) * 1_000_000_000n + BigInt(match?.[2] ?? 0);
}

async function replaceObject(
  store: MutableObjectStore,
  { key, object, kept }: { readonly key: string; readonly object: VersionedObject; readonly kept: readonly string[] },
): Promise<'replaced' | 'changed'> {
  const text = Buffer.from(kept.map((line) => `${line}\n`).join(''));
  const { first, last } = fromMetadata(key, object.metadata);
  const sha256 = createHash('sha256').update(text).digest('hex');
  const metadata = toMetadata({ first, last, count: kept.length, sha256 });
  const gzipped = key.endsWith('.gz');
  const contentType = gzipped ? 'application/gzip' : 'application/x-ndjson';
  const body = gzipped ? await compress(text) : text;
  if (object.version === '')
    throw new AffinityError('FAILED_PRECONDITION', `the store gives no version of object ${key}`);
  return store.replace(key, object.version, { body, contentType, metadata });
}
