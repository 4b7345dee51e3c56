import { createHash } from 'node:crypto';
import { type BigIntStats } from 'node:fs';
import { mkdir, readFile, readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Checksum } from './checksum';
import { type DataFolder } from './data-folder';
import { replaceFile } from './durable-file';
import { fileErrorCode } from './errors';
import { type ObjectKey } from './object-key';

/** What is known of an object beyond its bytes. */
export interface ObjectRecord {
  readonly key: string;
  /** Without quotes. */
  readonly etag: string;
  /** Response headers to give back as they came: `content-type`, …, and `x-amz-meta-*`. Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** Of the whole object; undefined when the sender gave none. */
  readonly checksum?: Checksum | undefined;
}

/** Identifies one version of a file: it stays the same when the file is linked or renamed, and differs for another file. */
export type FileIdentity = string;

/** The identity of an open or existing file. */
export const fileIdentity = (stat: BigIntStats): FileIdentity => `${stat.ino}-${stat.mtimeNs}-${stat.size}`;

/**
 * Keeps a record beside each version of each object.
 *
 * I1. A record is written, under the identity of the staged file, before that file gets the object's name. So an object
 *     and its record appear by one atomic step, and a crash between the two leaves only a record without a file.
 * I2. Records of other versions are removed after the name has moved, and only under the key's lock.
 */
export class ObjectRecords {
  constructor(private readonly folder: DataFolder) {}

  /** Stores the record of a version; durable on return. */
  async write(key: ObjectKey, identity: FileIdentity, record: ObjectRecord): Promise<void> {
    const path = this.path(key, identity);
    await mkdir(dirname(path), { recursive: true });
    await replaceFile(path, JSON.stringify(record), this.folder.staging());
  }

  /** The record of a version; undefined for a file that did not come through this server. */
  async read(key: ObjectKey, identity: FileIdentity): Promise<ObjectRecord | undefined> {
    try {
      return JSON.parse(await readFile(this.path(key, identity), 'utf8')) as ObjectRecord;
    } catch (error) {
      if (fileErrorCode(error) === 'ENOENT') return undefined;
      throw error;
    }
  }

  /** Removes every record of a key but one; all of them without `identity`. */
  async keepOnly(key: ObjectKey, identity?: FileIdentity): Promise<void> {
    const folder = this.folderOf(key);
    if (identity === undefined) return rm(folder, { recursive: true, force: true });
    const stale = (await readdir(folder)).filter((name) => name !== `${identity}.json`);
    await Promise.all(stale.map((name) => rm(join(folder, name), { force: true })));
  }

  /** Named by digest: a key may be longer than a file name, and `a` may be the name of an object here and a folder there. */
  private folderOf({ bucket, key }: ObjectKey): string {
    const digest = createHash('sha256').update(key).digest('hex');
    return join(this.folder.records(bucket), digest.slice(0, 2), digest.slice(2));
  }

  private path(key: ObjectKey, identity: FileIdentity): string {
    return join(this.folderOf(key), `${identity}.json`);
  }
}
