/**
 * What a text field that is not valid UTF-8 is read as begins with this: a lone surrogate, which no valid UTF-8 can give.
 * So an invalid text is neither silently repaired nor mistaken for a valid one.
 */
const malformedTextMark = '\udc80';

const loneSurrogate = /\p{Surrogate}/u;

/** A readable form of bytes that are not valid UTF-8, recognised by `isMalformedText`. */
export function malformedText(bytes: Uint8Array): string {
  return malformedTextMark + Buffer.from(bytes).toString('utf8');
}

/** Whether a text was not valid UTF-8, or could not be written as such. */
export function isMalformedText(text: string): boolean {
  return loneSurrogate.test(text);
}

/** The text with everything that cannot be written as UTF-8 replaced, for answers and logs. */
export function printableText(text: string): string {
  return Buffer.from(text.replaceAll(malformedTextMark, '')).toString('utf8');
}
