import type { SqlValue } from '@affinity/lake';
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';

/** A CSV file as it was written. */
export interface CsvFile {
  readonly rows: number;
  readonly bytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
}

/** Bytes that are gathered before they are handed on: one write for each row would take most of the time. */
const pieceLength = 256 * 1024;

/** Writes a CSV file (RFC 4180, but lines end with a line feed) bit by bit. NULL is an empty field. */
export async function writeCsv(
  path: string,
  header: readonly string[],
  rows: AsyncIterable<readonly SqlValue[]>,
): Promise<CsvFile> {
  const hash = createHash('sha256');
  let bytes = 0;
  let count = 0;
  async function* pieces(): AsyncGenerator<Buffer, void, undefined> {
    let text = `${header.join(',')}\n`;
    for await (const row of rows) {
      text += csvLine(row);
      count += 1;
      if (text.length < pieceLength) continue;
      yield measured(text);
      text = '';
    }
    yield measured(text);
  }
  const measured = (text: string): Buffer => {
    const piece = Buffer.from(text);
    hash.update(piece);
    bytes += piece.length;
    return piece;
  };
  await pipeline(pieces, createWriteStream(path));
  return { rows: count, bytes, sha256: hash.digest('hex') };
}

/** A row as a line with its line break. */
export function csvLine(row: readonly SqlValue[]): string {
  let line = '';
  for (let i = 0; i < row.length; i += 1) line += (i === 0 ? '' : ',') + csvField(row[i] ?? null);
  return `${line}\n`;
}

const special = /[",\r\n]/;

function csvField(value: SqlValue): string {
  if (value === null) return '';
  const text = String(value);
  return special.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
