import { BinaryReader } from '@bufbuild/protobuf/wire';

/** Texts of more bytes are not remembered: names and values that repeat are short. */
const maxRememberedBytes = 32;
/** A power of two: about 250 KB when every slot holds a text. */
const slots = 4_096;

/**
 * Texts that were read lately, so that the same bytes give the same string: events repeat the names and values of a few
 * attributes, and what holds one string need not hold as many copies as there were events, nor compare them by content. At most
 * one text for each hash, the newest.
 */
export class RepeatedTexts {
  private readonly texts = new Array<string | undefined>(slots);

  /** The text in ASCII at `from` up to `to`; undefined when the bytes are others or too many. */
  read(bytes: Uint8Array, from: number, to: number): string | undefined {
    if (to - from > maxRememberedBytes) return undefined;
    let hash = to - from;
    for (let i = from; i < to; i += 1) {
      const byte = bytes[i] ?? 0;
      if (byte > 0x7f) return undefined;
      hash = Math.imul(hash ^ byte, 0x01000193); // FNV-1a
    }
    const slot = (hash ^ (hash >>> 15)) & (slots - 1);
    const known = this.texts[slot];
    if (known !== undefined && isText(known, bytes, from, to)) return known;
    const text = Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString('latin1');
    this.texts[slot] = text;
    return text;
  }
}

function isText(text: string, bytes: Uint8Array, from: number, to: number): boolean {
  if (text.length !== to - from) return false;
  for (let i = from; i < to; i += 1) if (text.charCodeAt(i - from) !== bytes[i]) return false;
  return true;
}

/** Reads a message with texts that were met before. */
export class RepeatedTextReader extends BinaryReader {
  constructor(
    private readonly bytesRead: Uint8Array,
    private readonly texts: RepeatedTexts,
  ) {
    super(bytesRead);
  }

  override string(): string {
    const begin = this.pos;
    const length = this.uint32();
    const from = this.pos;
    const text = from + length > this.len ? undefined : this.texts.read(this.bytesRead, from, from + length);
    if (text === undefined) {
      this.pos = begin;
      return super.string();
    }
    this.pos = from + length;
    return text;
  }
}
