import { requireObjectKey } from './object-name';
import type { ListedObject, ObjectHead, ObjectStore, ObjectToPut, StoredObject } from './object-store';

/** Objects in memory, for tests of what stands in front of an object store. */
export class InMemoryObjectStore implements ObjectStore {
  private readonly objects = new Map<string, StoredObject>();

  /** See ObjectStore. */
  putIfAbsent(key: string, { body, metadata }: ObjectToPut): Promise<'stored' | 'exists'> {
    requireObjectKey(key);
    if (this.objects.has(key)) return Promise.resolve('exists');
    this.objects.set(key, { body: Uint8Array.from(body), bytes: body.length, metadata: { ...metadata } });
    return Promise.resolve('stored');
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

  /** See ObjectStore. */
  async *list(prefix: string): AsyncGenerator<ListedObject, void, undefined> {
    const keys = [...this.objects.keys()].filter((key) => key.startsWith(prefix)).sort();
    for (const key of keys) yield { key, bytes: this.objects.get(key)?.bytes ?? 0 };
    await Promise.resolve();
  }
}
