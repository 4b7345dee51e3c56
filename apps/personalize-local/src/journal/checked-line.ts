import { crc32 } from 'node:zlib';

const digestLength = 8;

/** A value as one line: eight hex digits of CRC-32 over its JSON, a space, the JSON, a line feed. */
export function encodeLine(value: unknown): string {
  const json = JSON.stringify(value);
  return `${digestOf(json)} ${json}\n`;
}

/** The value of a line without its line feed; undefined when the line is not whole. */
export function decodeLine(line: string): unknown {
  const json = line.slice(digestLength + 1);
  if (json === '' || line[digestLength] !== ' ' || line.slice(0, digestLength) !== digestOf(json)) return undefined;
  return JSON.parse(json) as unknown;
}

function digestOf(json: string): string {
  return crc32(json).toString(16).padStart(digestLength, '0');
}
