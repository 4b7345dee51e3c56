import { S3Error } from './errors';

const NEWLINE = 0x0a;

/** Reads lines and counted bytes from a stream of chunks, holding at most one chunk and one line. */
export class ByteReader {
  private pending: Buffer = Buffer.alloc(0);
  private readonly chunks: AsyncIterator<Buffer>;

  constructor(source: AsyncIterable<Buffer>) {
    this.chunks = source[Symbol.asyncIterator]();
  }

  /** The next line without its CRLF; undefined at the end. Throws `InvalidRequest` past `maxBytes`, so memory is bounded. */
  async line(maxBytes: number): Promise<string | undefined> {
    for (;;) {
      const end = this.pending.indexOf(NEWLINE);
      if (end > maxBytes || (end < 0 && this.pending.length > maxBytes)) {
        throw new S3Error('InvalidRequest', 'A chunk header of the body is too long.');
      }
      if (end >= 0) {
        const line = this.consume(end + 1).toString('latin1');
        return line.replace(/\r?\n$/, '');
      }
      if (!(await this.more())) return this.pending.length === 0 ? undefined : this.incomplete();
    }
  }

  /** Between 1 and `atMost` bytes, whatever has arrived. Throws `IncompleteBody` at the end of the stream. */
  async take(atMost: number): Promise<Buffer> {
    while (this.pending.length === 0) if (!(await this.more())) this.incomplete();
    return this.consume(Math.min(atMost, this.pending.length));
  }

  private consume(count: number): Buffer {
    const taken = this.pending.subarray(0, count);
    this.pending = this.pending.subarray(count);
    return taken;
  }

  private async more(): Promise<boolean> {
    const next = await this.chunks.next();
    if (next.done) return false;
    this.pending = this.pending.length === 0 ? next.value : Buffer.concat([this.pending, next.value]);
    return true;
  }

  private incomplete(): never {
    throw new S3Error('IncompleteBody', 'The body ended before its last chunk.');
  }
}
