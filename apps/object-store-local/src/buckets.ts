import { lstat, mkdir, readdir, rm, rmdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type DataFolder } from './data-folder';
import { syncFolder } from './durable-file';
import { S3Error, fileErrorCode } from './errors';
import { bucketName } from './object-key';

/** A bucket in a listing. */
export interface BucketInfo {
  readonly name: string;
  readonly createdAtMs: number;
}

/** The buckets: folders below the root. */
export class Buckets {
  constructor(private readonly folder: DataFolder) {}

  /** Creates a bucket; durable on return. Throws `BucketAlreadyOwnedByYou` or `InvalidBucketName`. */
  async create(name: string): Promise<void> {
    try {
      await mkdir(this.folder.bucket(bucketName(name)));
    } catch (error) {
      if (fileErrorCode(error) !== 'EEXIST') throw error;
      throw new S3Error('BucketAlreadyOwnedByYou', 'The bucket exists.', { cause: error });
    }
    await syncFolder(this.folder.root);
  }

  /** The folder that holds a bucket's objects. */
  path(name: string): string {
    return this.folder.bucket(name);
  }

  /** Returns the name if the bucket exists. Throws `NoSuchBucket`. */
  async require(name: string): Promise<string> {
    const found = /^[a-z0-9]/.test(name) && (await lstat(this.folder.bucket(bucketName(name))).catch(() => undefined));
    if (found && found.isDirectory()) return name;
    throw new S3Error('NoSuchBucket', `The bucket ${name} does not exist.`);
  }

  /** All buckets by name. */
  async list(): Promise<BucketInfo[]> {
    const entries = await readdir(this.folder.root, { withFileTypes: true });
    const names = entries
      .filter((entry) => entry.isDirectory() && /^[a-z0-9]/.test(entry.name))
      .map(({ name }) => name);
    return Promise.all(names.sort().map(async (name) => ({ name, createdAtMs: await this.createdAt(name) })));
  }

  /** Removes an empty bucket and its unfinished uploads. Throws `BucketNotEmpty` or `NoSuchBucket`. */
  async remove(name: string): Promise<void> {
    const path = this.folder.bucket(await this.require(name));
    await removeEmptyTree(path);
    await rm(this.folder.uploads(name), { recursive: true, force: true });
    await rm(this.folder.records(name), { recursive: true, force: true });
  }

  private async createdAt(name: string): Promise<number> {
    return (await stat(this.folder.bucket(name))).birthtimeMs;
  }
}

/** Only ever calls rmdir(2), so an object that is written meanwhile is safe. */
async function removeEmptyTree(path: string): Promise<void> {
  for (const entry of await readdir(path, { withFileTypes: true })) {
    if (!entry.isDirectory()) throw new S3Error('BucketNotEmpty', 'The bucket still holds objects.');
    await removeEmptyTree(join(path, entry.name));
  }
  await rmdir(path).catch((error: unknown) => {
    throw new S3Error('BucketNotEmpty', 'The bucket still holds objects.', { cause: error });
  });
}
