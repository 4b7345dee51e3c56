import { createHash } from 'node:crypto';
import { open, rename, writeFile } from 'node:fs/promises';

/** A complete file that nobody can see yet. */
export interface StagedFile {
  readonly path: string;
  readonly size: number;
  /** Lower-case hex. */
  readonly md5: string;
}

/** Writes chunks to a new file and on to the disk, holding one chunk at a time. The caller removes the file if this throws. */
export async function stageFile(path: string, chunks: AsyncIterable<Buffer>): Promise<StagedFile> {
  const md5 = createHash('md5');
  let size = 0;
  const handle = await open(path, 'wx');
  try {
    for await (const chunk of chunks) {
      md5.update(chunk);
      size += chunk.length;
      await handle.writeFile(chunk);
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
  return { path, size, md5: md5.digest('hex') };
}

/** Replaces a small file as a whole: readers see the old content or the new one, also after a crash. */
export async function replaceFile(path: string, content: string, staging: string): Promise<void> {
  await writeFile(staging, content, { flush: true });
  await rename(staging, path);
}

/** Makes the names in a folder survive a power failure. */
export async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
