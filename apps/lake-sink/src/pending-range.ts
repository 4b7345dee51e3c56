import type { Mark } from '@affinity/domain';

/** An unbroken range of a shard's messages, complete. */
export interface SealedRange {
  readonly first: Mark;
  readonly last: Mark;
  /** Lines in the body. */
  readonly count: number;
  /** The lines, each with its line break. */
  readonly body: Buffer;
}

/** The range being read: its lines wait here until there are enough of them. */
export class PendingRange {
  private lines: string[] = [];
  private ends: { readonly first: Mark; readonly last: Mark } | undefined;
  private size = 0;

  /** Bytes of the lines, line breaks included. */
  get bytes(): number {
    return this.size;
  }

  /** The first message; undefined while the range is empty. */
  get first(): Mark | undefined {
    return this.ends?.first;
  }

  /**
   * Adds the next message. One without a line belongs to the range all the same: the range's beginning must not depend on
   * whether the version of this program that reads it can decode that message.
   */
  add(position: Mark, line: string | undefined): void {
    this.ends = { first: this.ends?.first ?? position, last: position };
    if (line === undefined) return;
    this.lines.push(line, '\n');
    this.size += Buffer.byteLength(line) + 1;
  }

  /** The range so far; undefined while it is empty. It goes on waiting until {@link clear}. */
  seal(): SealedRange | undefined {
    if (this.ends === undefined) return undefined;
    return { ...this.ends, count: this.lines.length / 2, body: Buffer.from(this.lines.join('')) };
  }

  /** Begins the next range. */
  clear(): void {
    this.lines = [];
    this.ends = undefined;
    this.size = 0;
  }
}
