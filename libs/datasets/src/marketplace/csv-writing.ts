import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';

/** Rows that are compressed together; larger pieces only cost memory. */
const rowsPerChunk = 1_000;

/** Writes rows as a gzipped CSV file (RFC 4180, UTF-8, lines end in LF), streaming. The same rows give the same bytes. */
export async function writeCsv(path: string, rows: Iterable<readonly string[]>): Promise<void> {
  await pipeline(Readable.from(chunksOf(rows)), createGzip(), createWriteStream(path));
}

function* chunksOf(rows: Iterable<readonly string[]>): Iterable<string> {
  let lines: string[] = [];
  for (const row of rows) {
    lines.push(`${row.map(csvField).join(',')}\n`);
    if (lines.length < rowsPerChunk) continue;
    yield lines.join('');
    lines = [];
  }
  if (lines.length > 0) yield lines.join('');
}

function csvField(value: string): string {
  return /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}
