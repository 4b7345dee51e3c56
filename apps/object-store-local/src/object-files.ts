import { constants } from 'node:fs';
import { type FileHandle, link, lstat, open, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type ObjectState, type WriteCondition, checkWrite } from './conditions';
import { type DataFolder } from './data-folder';
import { type StagedFile, stageFile, syncFolder } from './durable-file';
import { S3Error, fileErrorCode } from './errors';
import { createKeyFolders, isUsedFolder, removeEmptyKeyFolders } from './key-folders';
import { KeyLock } from './key-lock';
import { type ObjectKey } from './object-key';
import { type FileIdentity, type ObjectRecord, ObjectRecords, fileIdentity } from './object-record';

/** A concurrent delete may remove a folder, or a concurrent write a version, between two steps; then they are repeated. */
const MAX_ATTEMPTS = 20;

/** An object's description. */
export interface ObjectInfo extends ObjectRecord, ObjectState {
  /** Bytes. */
  readonly size: number;
}

/** An object that is open for reading: one version, whatever happens to its name meanwhile. */
export interface OpenObject {
  readonly info: ObjectInfo;
  /** The caller closes it. */
  readonly handle: FileHandle;
}

/**
 * The objects, as files.
 *
 * I1. An object's name only ever refers to a complete file that is on the disk: names are given by link(2) or rename(2).
 * I2. All changes of one key run under its lock; "create if absent" rests on link(2) and so holds even between processes.
 * I3. Nothing outside the root is read or written: no symbolic link is followed.
 */
export class ObjectFiles {
  private readonly records: ObjectRecords;
  private readonly locks = new KeyLock();

  constructor(private readonly folder: DataFolder) {
    this.records = new ObjectRecords(folder);
  }

  /** Writes chunks to a hidden file, hands it to `use`, and removes what `use` has not moved away. */
  async withStaged<T>(chunks: AsyncIterable<Buffer>, use: (staged: StagedFile) => Promise<T>): Promise<T> {
    const path = this.folder.staging();
    try {
      return await use(await stageFile(path, chunks));
    } finally {
      await rm(path, { force: true });
    }
  }

  /** Makes a staged file the object, if the condition holds. Throws `PreconditionFailed`, `NoSuchKey` or `NoSuchBucket`. */
  async commit(
    key: ObjectKey,
    staged: StagedFile,
    options: { record: ObjectRecord; condition: WriteCondition },
  ): Promise<void> {
    const { record, condition } = options;
    await this.locks.run(lockName(key), async () => {
      if (condition.kind !== 'always') checkWrite(condition, await this.describe(key));
      const identity = fileIdentity(await stat(staged.path, { bigint: true }));
      await this.records.write(key, identity, record);
      await this.publish(key, staged.path, condition.kind === 'absent' ? link : rename);
      await this.records.keepOnly(key, identity);
    });
  }

  /** Removes an object, if the condition holds; it is no error if there is none. Throws `PreconditionFailed`. */
  async remove(key: ObjectKey, condition: WriteCondition): Promise<void> {
    await this.locks.run(lockName(key), async () => {
      const current = await this.describe(key);
      if (condition.kind !== 'always') checkWrite(condition, current);
      if (!current) return;
      const path = this.folder.object(key);
      await rm(path);
      await syncFolder(dirname(path));
      await this.records.keepOnly(key);
      await removeEmptyKeyFolders(this.folder.bucket(key.bucket), path);
    });
  }

  /** Describes an object; undefined when there is none. */
  async describe(key: ObjectKey): Promise<ObjectInfo | undefined> {
    const opened = await this.open(key);
    await opened?.handle.close();
    return opened?.info;
  }

  /** Opens an object for reading; undefined when there is none. */
  async open(key: ObjectKey): Promise<OpenObject | undefined> {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
      const handle = await openPlainFile(this.folder.object(key));
      if (!handle) return undefined;
      const info = await this.infoOf(key, handle).catch(async (error: unknown) => {
        await handle.close();
        throw error;
      });
      if (info) return { handle, info };
      await handle.close();
    }
    throw new S3Error('ServiceUnavailable', 'The object is being replaced too often; try again.');
  }

  /** Undefined when the version that was opened has been replaced, and its record with it, in the meantime. */
  private async infoOf(key: ObjectKey, handle: FileHandle): Promise<ObjectInfo | undefined> {
    const opened = await handle.stat({ bigint: true });
    const identity = fileIdentity(opened);
    const record = (await this.records.read(key, identity)) ?? (await this.recordOfForeign(key, identity));
    return record && { ...record, size: Number(opened.size), modifiedAtMs: Number(opened.mtimeMs) };
  }

  private async recordOfForeign(key: ObjectKey, identity: FileIdentity): Promise<ObjectRecord | undefined> {
    const now = await stat(this.folder.object(key), { bigint: true }).catch(() => undefined);
    if (!now || fileIdentity(now) !== identity) return undefined;
    // Put there by another program: the ETag need not be an MD5, only change with the content.
    return { key: key.key, etag: `${Buffer.from(identity).toString('hex').slice(0, 64)}-0`, headers: {} };
  }

  private async publish(
    key: ObjectKey,
    staged: string,
    move: (from: string, to: string) => Promise<void>,
  ): Promise<void> {
    const path = this.folder.object(key);
    for (let attempt = 1; ; attempt += 1) {
      await createKeyFolders(this.folder.bucket(key.bucket), path);
      try {
        await move(staged, path);
        await syncFolder(dirname(path));
        return;
      } catch (error) {
        const retry = await this.canPublishAgain(path, error);
        if (!retry || attempt === MAX_ATTEMPTS) throw error;
      }
    }
  }

  private async canPublishAgain(path: string, error: unknown): Promise<boolean> {
    const code = fileErrorCode(error);
    if (code === 'ENOENT') return true; // a concurrent delete took the folder
    if (code === 'ENOTDIR') {
      throw new S3Error('NotImplemented', 'An object already has the name of a folder of this key.', { cause: error });
    }
    if (code !== 'EEXIST' && code !== 'EISDIR') return false;
    const existing = await lstat(path).catch(() => undefined);
    if (existing && !existing.isDirectory()) {
      throw new S3Error('PreconditionFailed', 'If-None-Match: an object of this key exists.', { cause: error });
    }
    if (!(await isUsedFolder(path))) return true;
    throw new S3Error('NotImplemented', 'Other objects already use this key as a folder.', { cause: error });
  }
}

const lockName = ({ bucket, key }: ObjectKey): string => `${bucket}/${key}`;

/** Undefined when the path is not a plain file reached without symbolic links (I3). */
async function openPlainFile(path: string): Promise<FileHandle | undefined> {
  try {
    if ((await realpath(path)) !== path) return undefined;
    // NONBLOCK: opening a named pipe must not wait for its writer.
    const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    if ((await handle.stat()).isFile()) return handle;
    await handle.close();
    return undefined;
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG'].includes(fileErrorCode(error) ?? '')) return undefined;
    throw error;
  }
}
