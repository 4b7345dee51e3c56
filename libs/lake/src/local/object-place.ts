import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ObjectMetadata } from '../object-store';
import { codeOf } from './durable-files';

/** What `.records` holds for a key. */
export interface CommitRecord {
  /** Name of the body in `.staging` until it has its place. */
  readonly id: string;
  readonly metadata: ObjectMetadata;
}

/** The files of one object below a root. */
export class ObjectPlace {
  constructor(
    private readonly root: string,
    private readonly key: string,
  ) {}

  /** The body, where any tool finds it. */
  get body(): string {
    return join(this.root, this.key);
  }

  /** The record that says that the object exists. */
  get record(): string {
    return join(this.root, '.records', `${this.key}.json`);
  }

  /** The record of what replaces the object whose record has this id; it exists from the decision until it is carried out. */
  successor(id: string): string {
    return join(this.root, '.records', `${this.key}.after-${id}`);
  }

  /** Where a body waits for its place. */
  staged(id: string): string {
    return join(this.root, '.staging', id);
  }
}

/** The record in a file; undefined when there is no such file. */
export async function readRecord(path: string): Promise<CommitRecord | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as CommitRecord;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Whether a file exists. */
export async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}
