/** Room for the tag and length that are put before what was written. */
const headRoom = 11;

/**
 * Writes protobuf's wire format, one message after the other in the same memory, which grows as far as the largest needed.
 * Source: protobuf.dev, "Encoding".
 */
export class ByteWriter {
  private buffer = Buffer.allocUnsafe(4_096);
  private view = viewOf(this.buffer);
  private at = headRoom;

  /** Begins a message. */
  begin(): this {
    this.at = headRoom;
    return this;
  }

  /** Begins a field (number 1 to 15) of so many bytes, which are to follow. */
  block(field: number, length: number): this {
    this.reserve(length + headRoom);
    this.buffer[this.at++] = (field << 3) | 2;
    return this.varint(length);
  }

  /** A field (number 1 to 15) that holds a text. */
  text(field: number, text: string): this {
    this.reserve(3 * text.length + headRoom);
    const begin = this.at;
    this.buffer[this.at++] = (field << 3) | 2;
    this.varint(text.length);
    for (let i = 0; i < text.length; i += 1) {
      const unit = text.charCodeAt(i);
      if (unit > 0x7f) return this.wideText(begin, { field, text });
      this.buffer[this.at++] = unit;
    }
    return this;
  }

  private wideText(begin: number, { field, text }: { readonly field: number; readonly text: string }): this {
    this.at = begin;
    this.block(field, Buffer.byteLength(text, 'utf8'));
    this.at += this.buffer.write(text, this.at, 'utf8');
    return this;
  }

  /** A field (number 1 to 15) that holds a number; nothing for zero, which is what an absent field means. */
  doubleField(field: number, value: number): this {
    if (value === 0) return this;
    this.reserve(headRoom);
    this.buffer[this.at++] = (field << 3) | 1;
    return this.double(value);
  }

  /** A number, 8 bytes. */
  double(value: number): this {
    this.reserve(8);
    this.view.setFloat64(this.at, value, true);
    this.at += 8;
    return this;
  }

  /** A whole number in 7-bit groups; one below 0 as its 64-bit two's complement. */
  varint(value: number): this {
    this.reserve(10);
    this.at = putVarint(this.buffer, this.at, value);
    return this;
  }

  /** Bytes as they are. */
  raw(bytes: Uint8Array): this {
    this.reserve(bytes.length);
    this.buffer.set(bytes, this.at);
    this.at += bytes.length;
    return this;
  }

  /** All that was written since the beginning, as a field (number 1 to 15) of its own. */
  finish(field: number): Uint8Array {
    const length = this.at - headRoom;
    const written = Buffer.allocUnsafe(1 + varintLength(length) + length);
    written[0] = (field << 3) | 2;
    const begin = putVarint(written, 1, length);
    this.buffer.copy(written, begin, headRoom, this.at);
    return written;
  }

  private reserve(bytes: number): void {
    if (this.at + bytes <= this.buffer.length) return;
    const grown = Buffer.allocUnsafe(Math.max(2 * this.buffer.length, this.at + bytes));
    this.buffer.copy(grown, 0, 0, this.at);
    this.buffer = grown;
    this.view = viewOf(grown);
  }
}

/** Bytes that a whole number takes in 7-bit groups. */
export function varintLength(value: number): number {
  if (value < 0) return 10;
  if (value < 2 ** 28) return value < 2 ** 14 ? (value < 2 ** 7 ? 1 : 2) : value < 2 ** 21 ? 3 : 4;
  return 4 + varintLength(Math.floor(value / 2 ** 28));
}

/** Returns where the next byte goes. */
function putVarint(buffer: Buffer, at: number, value: number): number {
  let place = at;
  if (value < 0) {
    let rest = BigInt.asUintN(64, BigInt(value));
    for (; rest > 0x7fn; rest >>= 7n) buffer[place++] = Number(rest & 0x7fn) | 0x80;
    buffer[place++] = Number(rest);
    return place;
  }
  let rest = value;
  // Four groups at a time, which are whole numbers of 32 bits: dividing larger ones is slow.
  for (; rest >= 2 ** 28; rest = Math.floor(rest / 2 ** 28)) {
    const low = rest % 2 ** 28;
    for (let shift = 0; shift < 28; shift += 7) buffer[place++] = ((low >>> shift) & 0x7f) | 0x80;
  }
  for (; rest > 0x7f; rest >>>= 7) buffer[place++] = (rest & 0x7f) | 0x80;
  buffer[place++] = rest;
  return place;
}

function viewOf(buffer: Buffer): DataView {
  return new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}
