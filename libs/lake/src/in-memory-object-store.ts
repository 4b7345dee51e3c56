import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { FileToPut, MutableObjectStore, VersionedObject } from './mutable-object-store';
import { requireObjectKey } from './object-name';
import type { ListedObject, ObjectHead, ObjectToPut, StoredObject } from './object-store';

/** Objects in memory, for tests of what stands in front of an object store. */
export class InMemoryObjectStore implements MutableObjectStore {
  private readonly objects = new Map<string, StoredObject>();

  /** See ObjectStore. */
  async putIfAbsent(key: string, object: ObjectToPut): Promise<'stored' | 'exists'> {
    requireObjectKey(key);
    if (this.objects.has(key)) return 'exists';
    await this.put(key, object);
    return 'stored';
  }

  /** See MutableObjectStore. */
  put(key: string, { body, metadata }: ObjectToPut): Promise<void> {
    requireObjectKey(key);
    this.objects.set(key, { body: Uint8Array.from(body), bytes: body.length, metadata: { ...metadata } });
    return Promise.resolve();
  }

  /** See MutableObjectStore. */
  async putFile(key: string, { path, contentType, metadata }: FileToPut): Promise<void> {
    await this.put(key, { body: await readFile(path), contentType, metadata });
  }

  /** See ObjectStore. */
  head(key: string): Promise<ObjectHead | undefined> {
    const found = this.objects.get(key);
    return Promise.resolve(found && { bytes: found.bytes, metadata: found.metadata });
  }

  /** See ObjectStore. */
  get(key: string): Promise<StoredObject | undefined> {
    return Promise.resolve(this.objects.get(key));
  }

  /** See MutableObjectStore. */
  read(key: string): Promise<Readable | undefined> {
    const found = this.objects.get(key);
    return Promise.resolve(found && Readable.from([Buffer.from(found.body)]));
  }

  /** See MutableObjectStore. */
  getVersioned(key: string): Promise<VersionedObject | undefined> {
    const found = this.objects.get(key);
    return Promise.resolve(found && { ...found, version: versionOf(found) });
  }

  /** See MutableObjectStore. */
  async replace(key: string, version: string, object: ObjectToPut): Promise<'replaced' | 'changed'> {
    const found = this.objects.get(key);
    if (found === undefined || versionOf(found) !== version) return 'changed';
    await this.put(key, object);
    return 'replaced';
  }

  /** See MutableObjectStore. */
  remove(key: string): Promise<void> {
    this.objects.delete(key);
    return Promise.resolve();
  }

  /** See ObjectStore. */
  async *list(prefix: string): AsyncGenerator<ListedObject, void, undefined> {
    const keys = [...this.objects.keys()].filter((key) => key.startsWith(prefix)).sort();
    for (const key of keys) yield { key, bytes: this.objects.get(key)?.bytes ?? 0 };
    await Promise.resolve();
  }
}

function versionOf({ body }: StoredObject): string {
  return createHash('sha256').update(body).digest('hex');
}
