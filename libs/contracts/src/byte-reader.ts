import { decodeText, type RepeatedTexts } from './repeated-texts';

/** The first byte of a field (number 1 to 15) that holds a whole number, or true or false. */
export const varintTag = (field: number): number => field << 3;
/** The first byte of a field that holds a number of 8 bytes. */
export const doubleTag = (field: number): number => (field << 3) | 1;
/** The first byte of a field that holds a text, a message or a list. */
export const blockTag = (field: number): number => (field << 3) | 2;

/**
 * Reads protobuf's wire format as our own writers write it. Throws RangeError for anything else that the format allows or
 * forbids: then the generated code has to look. Source: protobuf.dev, "Encoding".
 */
export class ByteReader {
  private bytes: Uint8Array = new Uint8Array(0);
  private at = 0;
  private end = 0;
  private readonly eight = new Uint8Array(8);
  private readonly number = new DataView(this.eight.buffer);

  constructor(private readonly texts: RepeatedTexts) {}

  /** Begins with other bytes. */
  begin(bytes: Uint8Array): void {
    this.bytes = bytes;
    this.at = 0;
    this.end = bytes.length;
  }

  /** Whether something is left of the block. */
  more(): boolean {
    return this.at < this.end;
  }

  /** Reads a length and goes into the block of that length. Returns what `leave` needs to come back. */
  enter(): number {
    const outer = this.end;
    const length = this.varint();
    if (this.at + length > outer) throw new RangeError('a block ends after what it is in');
    this.end = this.at + length;
    return outer;
  }

  /** Goes back to the block around one that was read to its end. */
  leave(outer: number): void {
    if (this.at !== this.end) throw new RangeError('a block was not read to its end');
    this.end = outer;
  }

  /** A whole number from 0 to 2^53 - 1. */
  varint(): number {
    const first = this.byte();
    return first <= 0x7f ? first : this.longVarint(first);
  }

  private longVarint(first: number): number {
    let value = first & 0x7f;
    for (let scale = 0x80; scale <= 2 ** 49; scale *= 0x80) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte <= 0x7f) return this.checked(value);
    }
    throw new RangeError('a whole number of more than 53 bits');
  }

  /** A number of 8 bytes. */
  double(): number {
    const from = this.at;
    this.at += 8;
    if (this.at > this.end) throw new RangeError('the bytes end too early');
    for (let i = 0; i < 8; i += 1) this.eight[i] = this.bytes[from + i] ?? 0;
    return this.number.getFloat64(0, true);
  }

  /** A length and a text that other messages are likely to hold, too. */
  text(): string {
    const from = this.beginText();
    return this.texts.read(this.bytes, from, this.at);
  }

  /** Reads a length and a text if the text is this one, given in UTF-8; else nothing is read. */
  isText(text: Uint8Array): boolean {
    const from = this.at + 1;
    const to = from + text.length;
    if (text.length > 0x7f || to > this.end || this.bytes[this.at] !== text.length) return false;
    for (let i = from; i < to; i += 1) if (this.bytes[i] !== text[i - from]) return false;
    this.at = to;
    return true;
  }

  /** A length and a text of this message alone. */
  uniqueText(): string {
    const from = this.beginText();
    return decodeText(this.bytes, from, this.at);
  }

  /** Where the text begins; `at` is where it ends. */
  private beginText(): number {
    const length = this.varint();
    const from = this.at;
    if (from + length > this.end) throw new RangeError('a text ends after what it is in');
    this.at = from + length;
    return from;
  }

  /** Leaves out a length and what has that length. */
  skip(): void {
    const length = this.varint();
    if (this.at + length > this.end) throw new RangeError('a block ends after what it is in');
    this.at += length;
  }

  private byte(): number {
    if (this.at >= this.end) throw new RangeError('the bytes end too early');
    return this.bytes[this.at++] ?? 0;
  }

  private checked(value: number): number {
    if (value > Number.MAX_SAFE_INTEGER) throw new RangeError('a whole number of more than 53 bits');
    return value;
  }
}
