import { type FileHandle, open } from 'node:fs/promises';
import { encodeLine } from './checked-line';
import type { JournalFolder } from './journal-folder';

/** The state that a journal keeps. */
export interface JournaledState<R> {
  /** Takes in a record that is on the disk. Must not fail. */
  apply(record: R): void;
  /** The whole state as records of a snapshot. */
  dump(): Iterable<unknown>;
  /** Takes in a record of a snapshot. */
  restore(record: unknown): void;
}

/** How a journal is kept. */
export interface JournalOptions<R> {
  readonly folder: JournalFolder;
  readonly state: JournaledState<R>;
  /** Bytes of records after which a snapshot is written. */
  readonly snapshotBytes: number;
  /** Bytes of records kept in all, those before the newest snapshot included. */
  readonly maxBytes: number;
  /** Records that may wait for the disk. */
  readonly maxWaiting: number;
}

/** Thrown when more records wait for the disk than may. */
export class JournalBusyError extends Error {}

interface Waiting<R> {
  readonly records: readonly R[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Keeps a state on the disk: each record is written and synced before it is applied and acknowledged.
 *
 * J1 What was acknowledged is on the disk, and after a restart in the state again, once, in the same order.
 * J2 Records that come while the disk is busy share the next sync, so that many callers cost one.
 * J3 A snapshot is written between commits: readers go on, writers wait for it.
 * J4 A commit that failed leaves nothing behind: what it may have written is cut off before anything else is.
 */
export class Journal<R> {
  private waiting: Waiting<R>[] = [];
  private waitingRecords = 0;
  private committing: Promise<void> | undefined;
  private closed = false;

  private constructor(
    private readonly options: JournalOptions<R>,
    private handle: FileHandle,
    private segment: number,
    private bytes: number,
  ) {}

  /** Restores the state and continues. Rejects when the folder holds damage that is not the trace of a crash. */
  static async open<R>(options: JournalOptions<R>): Promise<Journal<R>> {
    const { folder, state } = options;
    const snapshot = await folder.newestSnapshot();
    if (snapshot > 0) for await (const record of folder.readSnapshot(snapshot)) state.restore(record);
    const segments = (await folder.segments()).filter((number) => number >= snapshot);
    for (const number of segments) {
      const records = await folder.readSegment(number, { isLast: number === segments.at(-1) });
      for (const record of records) state.apply(record as R);
    }
    const current = segments.at(-1) ?? Math.max(1, snapshot);
    const handle = await open(folder.segmentPath(current), 'a');
    await folder.sync();
    return new Journal(options, handle, current, (await handle.stat()).size);
  }

  /**
   * Resolves once the records are on the disk and in the state. Rejects with JournalBusyError when too many wait, or with
   * the disk's error; then none of them counts.
   */
  append(records: readonly R[]): Promise<void> {
    if (this.closed || this.waitingRecords + records.length > this.options.maxWaiting) {
      return Promise.reject(new JournalBusyError(`${this.waitingRecords} records wait for the disk`));
    }
    this.waitingRecords += records.length;
    const done = new Promise<void>((resolve, reject) => this.waiting.push({ records, resolve, reject }));
    this.committing ??= this.commitAll();
    return done;
  }

  /** Writes what waits, and closes. */
  async close(): Promise<void> {
    this.closed = true;
    await this.committing;
    await this.handle.close();
  }

  private async commitAll(): Promise<void> {
    await Promise.resolve(); // Callers of the same turn share the first commit too.
    while (this.waiting.length > 0) {
      const batch = this.waiting;
      this.waiting = [];
      const failure = await this.commit(batch).catch((error: unknown) => ({ error }));
      this.waitingRecords -= batch.reduce((sum, { records }) => sum + records.length, 0);
      for (const { resolve, reject } of batch) {
        if (failure === undefined) resolve();
        else reject(failure.error);
      }
    }
    this.committing = undefined; // In the same turn as the last look at what waits, or a caller could wait for ever.
  }

  private async commit(batch: readonly Waiting<R>[]): Promise<undefined> {
    if (this.bytes >= this.options.snapshotBytes) await this.startSegment(); // J3
    const text = Buffer.from(batch.flatMap(({ records }) => records.map(encodeLine)).join(''));
    try {
      await this.handle.appendFile(text);
      await this.handle.datasync();
    } catch (error) {
      await this.handle.truncate(this.bytes); // J4
      throw error;
    }
    this.bytes += text.length;
    for (const { records } of batch) for (const record of records) this.options.state.apply(record); // J1
    return undefined;
  }

  private async startSegment(): Promise<void> {
    const { folder, state, maxBytes } = this.options;
    const next = this.segment + 1;
    await folder.writeSnapshot(next, state.dump());
    const handle = await open(folder.segmentPath(next), 'a');
    await folder.sync();
    await this.handle.close();
    this.handle = handle;
    this.segment = next;
    this.bytes = 0;
    await folder.trim(next, maxBytes);
  }
}
