/** Writes protobuf's wire format into a buffer of the exact size. Source: protobuf.dev, "Encoding". */
export class ByteWriter {
  private readonly buffer: Buffer;
  private at = 0;

  /** @param size of all that will be written, in bytes */
  constructor(size: number) {
    this.buffer = Buffer.allocUnsafe(size);
  }

  /** Begins a field (number 1 to 15) of so many bytes, which are to follow. */
  block(field: number, length: number): this {
    this.buffer[this.at++] = (field << 3) | 2;
    return this.varint(length);
  }

  /** A field (number 1 to 15) that holds a text. */
  text(field: number, text: string): this {
    const length = textLength(text);
    this.block(field, length);
    if (length === text.length) {
      for (let i = 0; i < length; i += 1) this.buffer[this.at++] = text.charCodeAt(i);
    } else {
      this.at += this.buffer.write(text, this.at, 'utf8');
    }
    return this;
  }

  /** A field (number 1 to 15) that holds a number; nothing for zero, which is what an absent field means. */
  doubleField(field: number, value: number): this {
    if (value === 0) return this;
    this.buffer[this.at++] = (field << 3) | 1;
    return this.double(value);
  }

  /** A number, 8 bytes. */
  double(value: number): this {
    this.at = this.buffer.writeDoubleLE(value, this.at);
    return this;
  }

  /** A whole number in 7-bit groups; one below 0 as its 64-bit two's complement. */
  varint(value: number): this {
    if (value < 0) return this.negative(value);
    let rest = value;
    while (rest > 0x7f) {
      this.buffer[this.at++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.buffer[this.at++] = rest;
    return this;
  }

  private negative(value: number): this {
    let rest = BigInt.asUintN(64, BigInt(value));
    for (; rest > 0x7fn; rest >>= 7n) this.buffer[this.at++] = Number(rest & 0x7fn) | 0x80;
    this.buffer[this.at++] = Number(rest);
    return this;
  }

  /** Bytes as they are. */
  raw(bytes: Uint8Array): this {
    this.buffer.set(bytes, this.at);
    this.at += bytes.length;
    return this;
  }

  /** All that was written. Throws RangeError when that is not the size that was announced. */
  bytes(): Uint8Array {
    if (this.at !== this.buffer.length) throw new RangeError(`wrote ${this.at} of ${this.buffer.length} bytes`);
    return this.buffer;
  }
}

/** Bytes that a whole number takes in 7-bit groups. */
export function varintLength(value: number): number {
  if (value < 0) return 10;
  let length = 1;
  for (let rest = value; rest > 0x7f; rest = Math.floor(rest / 0x80)) length += 1;
  return length;
}

/** Bytes that a text takes in UTF-8. */
export function textLength(text: string): number {
  for (let i = 0; i < text.length; i += 1) if (text.charCodeAt(i) > 0x7f) return Buffer.byteLength(text, 'utf8');
  return text.length;
}
