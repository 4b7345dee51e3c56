import { lstat, mkdir, realpath, rmdir } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { syncFolder } from './durable-file';
import { S3Error, fileErrorCode } from './errors';

/**
 * Creates the folders between a bucket's folder and an object's file, durably.
 * Throws `NoSuchBucket`, or `NotImplemented` when a part of the path is an object or leads elsewhere.
 */
export async function createKeyFolders(bucketPath: string, objectPath: string): Promise<void> {
  const parent = dirname(objectPath);
  const segments = relative(bucketPath, parent).split(sep).filter(Boolean);
  let path = bucketPath;
  for (const segment of segments) {
    const above = path;
    path = join(path, segment);
    if (await createFolder(path)) await syncFolder(above);
  }
  const actual = await realpath(parent).catch((error: unknown) => refuse(error));
  if (actual !== parent) throw new S3Error('NotImplemented', 'The key leads through a symbolic link.');
}

/** Removes the empty folders from an object's place upwards, up to the bucket's, which stays. */
export async function removeEmptyKeyFolders(bucketPath: string, objectPath: string): Promise<void> {
  for (let path = dirname(objectPath); path.startsWith(bucketPath + sep); path = dirname(path)) {
    try {
      await rmdir(path);
    } catch {
      return; // not empty, or a concurrent writer uses it
    }
  }
}

/** Whether a path is a folder with something in it. An empty folder, left by a crash, is removed. */
export async function isUsedFolder(path: string): Promise<boolean> {
  const stat = await lstat(path).catch(() => undefined);
  if (!stat?.isDirectory()) return false;
  return rmdir(path).then(
    () => false,
    () => true,
  );
}

async function createFolder(path: string): Promise<boolean> {
  try {
    await mkdir(path);
    return true;
  } catch (error) {
    if (fileErrorCode(error) === 'EEXIST') return false;
    return refuse(error);
  }
}

function refuse(error: unknown): never {
  switch (fileErrorCode(error)) {
    case 'ENOENT':
      throw new S3Error('NoSuchBucket', 'The bucket does not exist.', { cause: error });
    case 'ENOTDIR':
      throw new S3Error('NotImplemented', 'An object already has the name of a folder of this key.', { cause: error });
    default:
      throw error;
  }
}
