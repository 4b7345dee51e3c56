import { AffinityError } from '@affinity/service-kit';
import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { MutableObjectStore } from '../mutable-object-store';
import type { TableObject } from './sql-engine';

/** Where DuckDB finds objects as files. */
export interface StagingOptions {
  readonly store: MutableObjectStore;
  /** An empty folder of this engine's own. */
  readonly scratch: string;
  /** Path of an object that lies on this machine as a plain file; undefined: objects are fetched into the scratch folder. */
  readonly pathInPlace?: (key: string) => string;
}

const readBytes = 1024 * 1024;

/** Brings objects to this machine, each once. */
export class DuckDbStaging {
  private readonly paths = new Map<string, string>();
  private verifying: Promise<void> = Promise.resolve();

  constructor(private readonly options: StagingOptions) {}

  /** Path of an object. Throws FAILED_PRECONDITION when it is gone. {@link verified} tells whether its content is right. */
  async pathOf(object: TableObject): Promise<string> {
    const known = this.paths.get(object.key);
    if (known !== undefined) return known;
    const { pathInPlace } = this.options;
    const path = pathInPlace === undefined ? await this.fetch(object) : await this.inPlace(object, pathInPlace);
    this.paths.set(object.key, path);
    return path;
  }

  /** Remembers that an object has the content of a file here. */
  adopt(key: string, path: string): void {
    this.paths.set(key, path);
  }

  /** A new folder in the scratch folder. */
  async newFolder(): Promise<string> {
    const folder = join(this.options.scratch, randomUUID());
    await mkdir(folder, { recursive: true });
    return folder;
  }

  /** Removes all that was fetched. */
  async clear(): Promise<void> {
    this.paths.clear();
    await rm(this.options.scratch, { recursive: true, force: true });
  }

  /** Rejects when an object that was staged has not the digest that it should; resolves once all are known to be sound. */
  verified(): Promise<void> {
    return this.verifying;
  }

  /** Verified one after the other while DuckDB reads: a core that waits for the disk is free for it. */
  private async inPlace(object: TableObject, pathInPlace: (key: string) => string): Promise<string> {
    // Asking for it also finishes a put that was cut short.
    if ((await this.options.store.head(object.key)) === undefined) throw gone(object.key);
    const path = pathInPlace(object.key);
    if (object.sha256 === undefined) return path;
    this.verifying = this.verifying.then(() => verify(object, path));
    this.verifying.catch(() => undefined); // Whoever uses what was read asks.
    return path;
  }

  private async fetch(object: TableObject): Promise<string> {
    const body = await this.options.store.read(object.key);
    if (body === undefined) throw gone(object.key);
    const path = join(await this.newFolder(), object.key.split('/').at(-1) ?? 'object');
    const hash = createHash('sha256');
    const hashing = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        hash.update(chunk);
        done(undefined, chunk);
      },
    });
    // What is compressed is stored plain, so that it is unpacked once only.
    if (isGzip(object.key)) await pipeline(body, createGunzip(), hashing, createWriteStream(path.replace(/\.gz$/, '')));
    else await pipeline(body, hashing, createWriteStream(path));
    requireDigest(object, hash.digest('hex'));
    return path.replace(/\.gz$/, '');
  }
}

async function verify(object: TableObject, path: string): Promise<void> {
  const hash = createHash('sha256');
  const source = createReadStream(path, { highWaterMark: readBytes });
  try {
    if (isGzip(object.key)) await pipeline(source, createGunzip(), hash);
    else await pipeline(source, hash);
  } catch (error) {
    throw new AffinityError('FAILED_PRECONDITION', `object ${object.key} cannot be read: it is half-written`, {
      cause: error,
    });
  }
  requireDigest(object, hash.digest('hex'));
}

function isGzip(key: string): boolean {
  return key.endsWith('.gz');
}

function requireDigest({ key, sha256 }: TableObject, found: string): void {
  if (sha256 === undefined || sha256 === found) return;
  throw new AffinityError(
    'FAILED_PRECONDITION',
    `object ${key} does not have the digest that its metadata says: it is half-written or was changed`,
  );
}

function gone(key: string): AffinityError {
  return new AffinityError('FAILED_PRECONDITION', `object ${key} is gone: it was listed a moment ago`);
}
