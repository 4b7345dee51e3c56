import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { decodeLine, encodeLine } from './checked-line';

const segmentName = /^events-(\d{8})\.log$/;
const snapshotName = /^snapshot-(\d{8})\.ndjson$/;
const lineFeed = 10;
/** Text gathered before it is written to a snapshot, in characters. */
const writeChunk = 1 << 20;

/**
 * A folder of numbered segments and snapshots. Snapshot n is the state before the first record of segment n; it appears
 * as a whole or not at all. Segments older than the newest snapshot are kept as the history of events, within a bound.
 * One process at a time may use it.
 */
export class JournalFolder {
  private constructor(private readonly path: string) {}

  /** Opens a folder, making it if it is missing. */
  static async open(path: string): Promise<JournalFolder> {
    await mkdir(path, { recursive: true });
    return new JournalFolder(path);
  }

  /** The newest snapshot's number; 0 when there is none, for segments begin at 1. */
  async newestSnapshot(): Promise<number> {
    return Math.max(0, ...(await this.numbers(snapshotName)));
  }

  /** All segments' numbers, rising. */
  segments(): Promise<number[]> {
    return this.numbers(segmentName);
  }

  segmentPath(number: number): string {
    return join(this.path, `events-${String(number).padStart(8, '0')}.log`);
  }

  /** The records of a snapshot. Rejects when a line is damaged. */
  async *readSnapshot(number: number): AsyncGenerator {
    const path = this.snapshotPath(number);
    for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
      const record = decodeLine(line);
      if (record === undefined) throw new Error(`${path} is damaged: remove it to start from the events that are kept`);
      yield record;
    }
  }

  /** Writes a snapshot through to the disk, then removes the older ones. */
  async writeSnapshot(number: number, records: Iterable<unknown>): Promise<void> {
    const path = this.snapshotPath(number);
    const unfinished = `${path}.unfinished`;
    const handle = await open(unfinished, 'w');
    try {
      for (const chunk of chunksOf(records)) await handle.writeFile(chunk);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(unfinished, path);
    await this.sync();
    for (const older of await this.numbers(snapshotName)) if (older < number) await rm(this.snapshotPath(older));
  }

  /**
   * The records of a segment. A last line that is not whole was never acknowledged: it is cut off when `isLast`.
   * Rejects when any other line is damaged.
   */
  async readSegment(number: number, { isLast }: { readonly isLast: boolean }): Promise<unknown[]> {
    const path = this.segmentPath(number);
    const bytes = await readFile(path);
    const records: unknown[] = [];
    let start = 0;
    while (start < bytes.length) {
      const end = bytes.indexOf(lineFeed, start);
      const record = end < 0 ? undefined : decodeLine(bytes.toString('utf8', start, end));
      if (record === undefined) {
        const tailEnds = end < 0 || end === bytes.length - 1;
        if (!isLast || !tailEnds) throw new Error(`${path} is damaged at byte ${start}`);
        await truncate(path, start);
        break;
      }
      records.push(record);
      start = end + 1;
    }
    return records;
  }

  /** Removes the oldest segments below `number` while all together exceed `maxBytes`. */
  async trim(number: number, maxBytes: number): Promise<void> {
    const segments = await this.segments();
    const sizes = await Promise.all(segments.map(async (segment) => (await stat(this.segmentPath(segment))).size));
    let total = sizes.reduce((sum, size) => sum + size, 0);
    for (const [i, segment] of segments.entries()) {
      if (total <= maxBytes || segment >= number) return;
      await rm(this.segmentPath(segment));
      total -= sizes[i] ?? 0;
    }
  }

  /** Makes the names in the folder survive a power failure. */
  async sync(): Promise<void> {
    const handle = await open(this.path, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  }

  private snapshotPath(number: number): string {
    return join(this.path, `snapshot-${String(number).padStart(8, '0')}.ndjson`);
  }

  private async numbers(pattern: RegExp): Promise<number[]> {
    const names = await readdir(this.path);
    const numbers = names.flatMap((name) => pattern.exec(name)?.[1] ?? []).map(Number);
    return numbers.sort((left, right) => left - right);
  }
}

function* chunksOf(records: Iterable<unknown>): Iterable<string> {
  let chunk = '';
  for (const record of records) {
    chunk += encodeLine(record);
    if (chunk.length < writeChunk) continue;
    yield chunk;
    chunk = '';
  }
  yield chunk;
}
