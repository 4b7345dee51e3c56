import { printableText } from '../wire/malformed-text';

const maxQuoted = 40;

/** A value as an answer quotes it: printable, in quotation marks, at most 40 characters of it. */
export function quote(value: string): string {
  const text = printableText(value.slice(0, maxQuoted));
  return JSON.stringify(value.length > maxQuoted ? `${text}...` : text);
}
