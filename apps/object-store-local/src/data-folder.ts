import { randomUUID } from 'node:crypto';
import { mkdir, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type ObjectKey } from './object-key';

/** Holds everything that is not an object. Not a valid bucket name, so no request can address it. */
const SYSTEM_FOLDER = '.object-store';

/**
 * Where things lie on disk. An object is the file `<root>/<bucket>/<key>`, so that other programs can read the folder.
 */
export class DataFolder {
  private constructor(
    /** Absolute, free of symbolic links. */
    readonly root: string,
  ) {}

  /** Creates what is missing and removes what a crash left half done. One server at a time may use a root. */
  static async open(root: string): Promise<DataFolder> {
    await mkdir(root, { recursive: true });
    const folder = new DataFolder(await realpath(root));
    await rm(folder.system('staging'), { recursive: true, force: true });
    for (const name of ['staging', 'records', 'uploads']) await mkdir(folder.system(name), { recursive: true });
    return folder;
  }

  /** The folder of a bucket's objects. */
  bucket(name: string): string {
    return join(this.root, name);
  }

  /** The file of an object. */
  object({ bucket, key }: ObjectKey): string {
    return join(this.root, bucket, key);
  }

  /** A new name on the same file system as the objects, so that moving from it to them is atomic. */
  staging(): string {
    return join(this.system('staging'), randomUUID());
  }

  /** The folder of what is recorded about a bucket's objects. */
  records(bucket: string): string {
    return join(this.system('records'), bucket);
  }

  /** The folder of a bucket's unfinished multipart uploads. */
  uploads(bucket: string): string {
    return join(this.system('uploads'), bucket);
  }

  private system(name: string): string {
    return join(this.root, SYSTEM_FOLDER, name);
  }
}
