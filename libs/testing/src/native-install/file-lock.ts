import { randomBytes } from 'node:crypto';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { until } from '../until';

/** Long enough for another process to fetch everything over a slow line. */
const MAX_WAIT_MS = 10 * 60_000;

/**
 * Runs a task while no other process of this machine runs one under the same path. Rejects after ten minutes of waiting.
 *
 * The lock is a file that holds its owner's process id; it appears with its content by link(2), so it never lacks an owner.
 * A lock whose owner is dead is taken over. What runs under it still replaces its results atomically: two processes that
 * take over at the same instant may both run, and that must only cost time.
 */
export async function withFileLock<T>(path: string, task: () => Promise<T>): Promise<T> {
  await until(() => tryLock(path), MAX_WAIT_MS, `the lock ${path}`);
  try {
    return await task();
  } finally {
    await rm(path, { force: true });
  }
}

async function tryLock(path: string): Promise<boolean> {
  const claim = `${path}.${randomBytes(6).toString('hex')}`;
  await writeFile(claim, String(process.pid));
  try {
    await link(claim, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    await removeIfAbandoned(path, claim);
    return false;
  } finally {
    await rm(claim, { force: true });
  }
}

async function removeIfAbandoned(path: string, aside: string): Promise<void> {
  const owner = Number(await readFile(path, 'utf8').catch(() => String(process.pid)));
  if (isAlive(owner)) return;
  await rename(path, aside).catch(() => undefined); // another process was faster
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
