/** Texts of more bytes are not remembered: names and values that repeat are short. */
const maxRememberedBytes = 32;
/** A power of two: about 1 MB when every slot holds a text. */
const slots = 16_384;
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * Texts that were read lately, so that the same bytes give the same string: events repeat the names and values of a few
 * attributes, and what keeps one string of each need neither hold as many copies as there were events nor compare them by
 * content. At most one text for each hash, the newest.
 */
export class RepeatedTexts {
  private readonly texts = new Array<string | undefined>(slots);

  /** The text in UTF-8 at `from` up to `to`, which lie within the bytes. */
  read(bytes: Uint8Array, from: number, to: number): string {
    if (to - from > maxRememberedBytes) return decodeText(bytes, from, to);
    let hash = to - from;
    for (let i = from; i < to; i += 1) {
      const byte = bytes[i] ?? 0;
      if (byte > 0x7f) return decodeText(bytes, from, to);
      hash = Math.imul(hash ^ byte, 0x01000193); // FNV-1a
    }
    const slot = (hash ^ (hash >>> 15)) & (slots - 1);
    const known = this.texts[slot];
    if (known !== undefined && isText(known, bytes, from, to)) return known;
    const text = decodeText(bytes, from, to);
    this.texts[slot] = text;
    return text;
  }
}

/** The text in UTF-8 at `from` up to `to`, which lie within the bytes. */
export function decodeText(bytes: Uint8Array, from: number, to: number): string {
  return decoder.decode(bytes.subarray(from, to));
}

function isText(text: string, bytes: Uint8Array, from: number, to: number): boolean {
  if (text.length !== to - from) return false;
  for (let i = from; i < to; i += 1) if (text.charCodeAt(i - from) !== bytes[i]) return false;
  return true;
}
