import { randomUUID } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { requireObjectKey } from '../object-name';
import type { ListedObject, ObjectHead, ObjectMetadata, ObjectStore, ObjectToPut, StoredObject } from '../object-store';
import { codeOf, linkIfAbsent, makeFolder, removeFile, writeDurably } from './durable-files';
import { localFailure } from './local-failure';
import { walkObjects } from './object-walk';

/**
 * Objects as plain files below a folder, `<root>/<key>`, so that any tool can read them; for one machine, or a file system
 * that links atomically.
 *
 * F1. A put writes the body under a name of its own, then commits by linking a record (metadata and that name) to the
 *     key's place in `.records`: the system lets one such link succeed.
 * F2. Only after that the body is linked to its key, so every visible file is complete and has its record.
 * F3. Whoever finds a record without its file, because a put was cut short between the two, finishes that put first.
 */
export class LocalObjectStore implements ObjectStore {
  private readonly root: string;

  /** Makes nothing yet; the folder is made by the first put. */
  constructor(folder: string) {
    this.root = resolve(folder);
  }

  /** See ObjectStore. */
  async putIfAbsent(key: string, { body, metadata }: ObjectToPut): Promise<'stored' | 'exists'> {
    requireObjectKey(key);
    return mapped(async () => {
      if ((await this.settled(key)) !== undefined) return 'exists';
      const id = randomUUID();
      const won = await this.commit(key, { id, body, metadata });
      await this.settled(key);
      return won ? 'stored' : 'exists';
    });
  }

  /** See ObjectStore. */
  async head(key: string): Promise<ObjectHead | undefined> {
    return mapped(async () => {
      const record = await this.settled(key);
      if (record === undefined) return undefined;
      return { bytes: (await stat(this.bodyOf(key))).size, metadata: record.metadata };
    });
  }

  /** See ObjectStore. */
  async get(key: string): Promise<StoredObject | undefined> {
    return mapped(async () => {
      const record = await this.settled(key);
      if (record === undefined) return undefined;
      const body = await readFile(this.bodyOf(key));
      return { body, bytes: body.length, metadata: record.metadata };
    });
  }

  /** See ObjectStore. A put that was cut short is not listed before somebody repeats it or asks for it. */
  async *list(prefix: string): AsyncGenerator<ListedObject, void, undefined> {
    try {
      yield* walkObjects(this.root, prefix);
    } catch (error) {
      throw localFailure(error);
    }
  }

  /** F1. Whether this put is the one. */
  private async commit(key: string, { id, body, metadata }: Attempt): Promise<boolean> {
    const record = `${this.staged(id)}.json`;
    await makeFolder(dirname(record), this.root);
    await makeFolder(dirname(this.recordOf(key)), this.root);
    let won = false;
    try {
      await writeDurably(this.staged(id), body);
      await writeDurably(record, Buffer.from(JSON.stringify({ id, metadata } satisfies CommitRecord)));
      won = await linkIfAbsent(record, this.recordOf(key));
    } finally {
      await removeFile(record);
      if (!won && !(await this.isCommitted(key, id))) await removeFile(this.staged(id));
    }
    return won;
  }

  /** The record of a key after its put was finished (F3); undefined when there is no such object. */
  private async settled(key: string): Promise<CommitRecord | undefined> {
    const record = await this.record(key);
    if (record === undefined || (await exists(this.bodyOf(key)))) return record;
    await makeFolder(dirname(this.bodyOf(key)), this.root);
    try {
      await linkIfAbsent(this.staged(record.id), this.bodyOf(key)); // F2
    } catch (error) {
      // Another process finished it and removed the staged name.
      if (codeOf(error) !== 'ENOENT' || !(await exists(this.bodyOf(key)))) throw error;
    }
    await removeFile(this.staged(record.id));
    return record;
  }

  private async isCommitted(key: string, id: string): Promise<boolean> {
    return (await this.record(key))?.id === id;
  }

  private async record(key: string): Promise<CommitRecord | undefined> {
    try {
      return JSON.parse(await readFile(this.recordOf(key), 'utf8')) as CommitRecord;
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return undefined;
      throw error;
    }
  }

  private bodyOf(key: string): string {
    return join(this.root, key);
  }

  private recordOf(key: string): string {
    return join(this.root, '.records', `${key}.json`);
  }

  private staged(id: string): string {
    return join(this.root, '.staging', id);
  }
}

interface Attempt {
  readonly id: string;
  readonly body: Uint8Array;
  readonly metadata: ObjectMetadata;
}

/** What `.records` holds for a key. */
interface CommitRecord {
  /** Name of the body in `.staging` until it is linked to its key. */
  readonly id: string;
  readonly metadata: ObjectMetadata;
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}

async function mapped<T>(operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    throw localFailure(error);
  }
}
