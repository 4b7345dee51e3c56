import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import type { FileToPut, MutableObjectStore, VersionedObject } from '../mutable-object-store';
import { requireObjectKey } from '../object-name';
import type { ListedObject, ObjectHead, ObjectMetadata, ObjectToPut, StoredObject } from '../object-store';
import { codeOf, copyDurably, linkIfAbsent, makeFolder, moveFile, removeFile, writeDurably } from './durable-files';
import { localFailure } from './local-failure';
import { exists, ObjectPlace, readRecord, type CommitRecord } from './object-place';
import { walkObjects } from './object-walk';

/**
 * Objects as plain files below a folder, `<root>/<key>`, so that any tool can read them; for one machine, or a file system
 * that links atomically.
 *
 * F1. A put writes the body under a name of its own, then commits by linking a record (metadata and that name) to the
 *     key's place in `.records`: the system lets one such link succeed. A replacement links it to the place after the record
 *     that it replaces, with the same effect.
 * F2. Only after that the body takes the key's place, so every visible file is complete and has its record.
 * F3. Whoever finds a record without its file, or a replacement that was decided and not carried out, because a put was cut
 *     short between the two, finishes that put first.
 * F4. A removal takes the body first: a record whose body is nowhere was removed.
 */
export class LocalObjectStore implements MutableObjectStore {
  private readonly root: string;

  /** Makes nothing yet; the folder is made by the first put. */
  constructor(folder: string) {
    this.root = resolve(folder);
  }

  /** See ObjectStore. */
  async putIfAbsent(key: string, { body, metadata }: ObjectToPut): Promise<'stored' | 'exists'> {
    return this.commit(key, { metadata, write: (path) => writeDurably(path, body), after: undefined });
  }

  /** See MutableObjectStore. */
  async put(key: string, { body, metadata }: ObjectToPut): Promise<void> {
    await this.putLast(key, metadata, (path) => writeDurably(path, body));
  }

  /** See MutableObjectStore. */
  async putFile(key: string, { path: source, metadata }: FileToPut): Promise<void> {
    await this.putLast(key, metadata, (path) => copyDurably(source, path));
  }

  /** See MutableObjectStore. */
  async replace(key: string, version: string, { body, metadata }: ObjectToPut): Promise<'replaced' | 'changed'> {
    const outcome = await this.commit(key, { metadata, write: (path) => writeDurably(path, body), after: version });
    return outcome === 'stored' ? 'replaced' : 'changed';
  }

  /** See MutableObjectStore. */
  async remove(key: string): Promise<void> {
    requireObjectKey(key);
    await mapped(async () => {
      const place = this.placeOf(key);
      if ((await this.settled(place)) === undefined) return;
      await removeFile(place.body);
      await removeFile(place.record);
    });
  }

  /** See ObjectStore. */
  async head(key: string): Promise<ObjectHead | undefined> {
    return mapped(async () => {
      const record = await this.settled(this.placeOf(key));
      if (record === undefined) return undefined;
      return { bytes: (await stat(this.placeOf(key).body)).size, metadata: record.metadata };
    });
  }

  /** See ObjectStore. */
  async get(key: string): Promise<StoredObject | undefined> {
    const found = await this.getVersioned(key);
    return found && { body: found.body, bytes: found.bytes, metadata: found.metadata };
  }

  /** See MutableObjectStore. */
  async getVersioned(key: string): Promise<VersionedObject | undefined> {
    return mapped(async () => {
      const record = await this.settled(this.placeOf(key));
      if (record === undefined) return undefined;
      const body = await readFile(this.placeOf(key).body);
      return { body, bytes: body.length, metadata: record.metadata, version: record.id };
    });
  }

  /** See MutableObjectStore. */
  async read(key: string): Promise<Readable | undefined> {
    return mapped(async () => {
      const place = this.placeOf(key);
      return (await this.settled(place)) && createReadStream(place.body);
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

  /** Replaces whatever is there, again while others do the same. */
  private async putLast(key: string, metadata: ObjectMetadata, write: Attempt['write']): Promise<void> {
    for (;;) {
      const current = await mapped(() => this.settled(this.placeOf(key)));
      if ((await this.commit(key, { metadata, write, after: current?.id })) === 'stored') return;
    }
  }

  /** F1, F2. Whether this attempt is the one. */
  private async commit(key: string, attempt: Attempt): Promise<'stored' | 'exists'> {
    requireObjectKey(key);
    const place = this.placeOf(key);
    return mapped(async () => {
      if ((await this.settled(place))?.id !== attempt.after) return 'exists';
      const won = await this.decide(place, attempt);
      await this.settled(place);
      return won ? 'stored' : 'exists';
    });
  }

  private async decide(place: ObjectPlace, { metadata, write, after }: Attempt): Promise<boolean> {
    const id = randomUUID();
    const record = `${place.staged(id)}.json`;
    const decision = after === undefined ? place.record : place.successor(after);
    await makeFolder(dirname(record), this.root);
    await makeFolder(dirname(decision), this.root);
    let won = false;
    try {
      await write(place.staged(id));
      await writeDurably(record, Buffer.from(JSON.stringify({ id, metadata } satisfies CommitRecord)));
      // A successor of a record that another writer has replaced meanwhile decides nothing.
      const linked = await linkIfAbsent(record, decision);
      won = linked && (await this.isDecided(place, { id, after }));
      if (linked && !won) await removeFile(decision);
    } finally {
      await removeFile(record);
      if (!won && !(await this.isDecided(place, { id, after }))) await removeFile(place.staged(id));
    }
    return won;
  }

  /** Whether the attempt of this id stands, carried out or not. */
  private async isDecided(place: ObjectPlace, attempt: { readonly id: string; readonly after: string | undefined }) {
    const record = await readRecord(place.record);
    if (record?.id === attempt.id) return true;
    if (attempt.after === undefined || record?.id !== attempt.after) return false;
    return (await readRecord(place.successor(attempt.after)))?.id === attempt.id;
  }

  /** The record of a key after all that was decided is carried out (F3); undefined when there is no such object. */
  private async settled(place: ObjectPlace): Promise<CommitRecord | undefined> {
    const record = await readRecord(place.record);
    if (record === undefined) return undefined;
    const successor = await readRecord(place.successor(record.id));
    if (successor !== undefined) return this.succeed(place, { record, successor });
    if (await exists(place.body)) return record;
    if (await this.finishPut(place, record.id)) return record;
    await removeFile(place.record); // F4
    return undefined;
  }

  /** F2. Whether the body is in its place now; false when there is none to put there. */
  private async finishPut(place: ObjectPlace, id: string): Promise<boolean> {
    await makeFolder(dirname(place.body), this.root);
    try {
      await linkIfAbsent(place.staged(id), place.body);
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw error;
      return exists(place.body); // Another process finished it and removed the staged name.
    }
    await removeFile(place.staged(id));
    return true;
  }

  /** Carries out a replacement; the record moves last, so that whoever is cut short before leaves it to be done again. */
  private async succeed(place: ObjectPlace, { record, successor }: Succession): Promise<CommitRecord> {
    await moveFile(place.staged(successor.id), place.body);
    await moveFile(place.successor(record.id), place.record);
    return successor;
  }

  private placeOf(key: string): ObjectPlace {
    return new ObjectPlace(this.root, key);
  }

  /** The folder of the lake, for tools that read its files in place. */
  pathOf(key: string): string {
    return join(this.root, key);
  }
}

interface Attempt {
  readonly metadata: ObjectMetadata;
  /** Writes the body to a new file and brings it to the disk. */
  readonly write: (path: string) => Promise<void>;
  /** Id of the record to replace; undefined: there must be none. */
  readonly after: string | undefined;
}

interface Succession {
  readonly record: CommitRecord;
  readonly successor: CommitRecord;
}

async function mapped<T>(operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    throw localFailure(error);
  }
}
