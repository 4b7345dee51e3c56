import type { Readable } from 'node:stream';
import type { ObjectMetadata, ObjectStore, ObjectToPut, StoredObject } from './object-store';

/** A file that becomes an object. */
export interface FileToPut {
  /** Path of a file on this machine; it is not changed or kept open. */
  readonly path: string;
  readonly contentType: string;
  readonly metadata: ObjectMetadata;
}

/** An object and the version that it had when it was read. */
export interface VersionedObject extends StoredObject {
  /** Tells this content from any other that the key ever had. */
  readonly version: string;
}

/**
 * An object store in which objects can also be replaced and removed: for what derives from the upstream zone, and for erasing
 * people. Errors as ObjectStore says.
 */
export interface MutableObjectStore extends ObjectStore {
  /** Stores an object whether the key is taken or not. Readers see the old object or the new one, whole. */
  put(key: string, object: ObjectToPut): Promise<void>;
  /** As {@link put}, of any size and without holding it in memory. */
  putFile(key: string, file: FileToPut): Promise<void>;
  /** The object's bytes as they come; undefined when there is no such object. */
  read(key: string): Promise<Readable | undefined>;
  /** As `get`, with what {@link replace} needs. */
  getVersioned(key: string): Promise<VersionedObject | undefined>;
  /** Replaces exactly this version of an object; `changed`: it is another by now, or gone, and nothing was done. */
  replace(key: string, version: string, object: ObjectToPut): Promise<'replaced' | 'changed'>;
  /** Removes an object, or does nothing if there is none. */
  remove(key: string): Promise<void>;
}
