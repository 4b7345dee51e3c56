import { createReadStream, existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { CsvError, parse } from 'csv-parse';
import { DatasetError } from './errors';

/** One record of a CSV file, its fields in the order of the header. */
export interface CsvRow {
  /** Line in the file, from 1, on which the record ends. */
  readonly line: number;
  readonly fields: readonly string[];
}

/** A CSV file with its header read. */
export interface CsvFile {
  /** Name of the file without its folder. */
  readonly name: string;
  readonly columns: readonly string[];
  /** Reads the records from the first, streaming; each call reads the file anew. Throws DatasetError. */
  rows(): AsyncIterable<CsvRow>;
}

/** The path of `<stem>.csv[.gz]` in a folder, else of its only file `…-<stem>.csv[.gz]`; undefined when there is none. */
export function findCsv(dir: string, stem: string): string | undefined {
  const exact = [`${stem}.csv`, `${stem}.csv.gz`].map((name) => join(dir, name)).find((path) => existsSync(path));
  if (exact !== undefined || !existsSync(dir)) return exact;
  const [alone, another] = readdirSync(dir).filter((name) => new RegExp(`-${stem}\\.csv(\\.gz)?$`).test(name));
  return alone === undefined || another !== undefined ? undefined : join(dir, alone);
}

/** Opens a CSV file (RFC 4180, UTF-8, first record is the header; gzip when the name ends in `.gz`). Throws DatasetError. */
export async function openCsv(path: string): Promise<CsvFile> {
  const name = basename(path);
  const columns = await readHeader(path);
  return { name, columns, rows: () => rowsAfterHeader(path) };
}

async function readHeader(path: string): Promise<readonly string[]> {
  const file = basename(path);
  for await (const { fields } of readRecords(path)) {
    const columns = fields.map((column) => column.trim());
    const repeated = columns.find((column, i) => columns.indexOf(column) !== i);
    if (repeated !== undefined) throw new DatasetError({ file, line: 1, column: repeated }, 'is in the header twice');
    return columns;
  }
  throw new DatasetError({ file, line: 1 }, 'the file is empty; its first line must name the columns');
}

async function* rowsAfterHeader(path: string): AsyncIterable<CsvRow> {
  let isHeader = true;
  for await (const row of readRecords(path)) {
    if (!isHeader) yield row;
    isHeader = false;
  }
}

interface ParsedRecord {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

async function* readRecords(path: string): AsyncIterable<CsvRow> {
  try {
    for await (const { record, info } of recordStream(path) as AsyncIterable<ParsedRecord>) {
      yield { line: info.lines, fields: record };
    }
  } catch (error) {
    throw toDatasetError(error, basename(path));
  }
}

function recordStream(path: string): Readable {
  const parser = parse({ bom: true, info: true, skip_empty_lines: true });
  const source = createReadStream(path);
  // The parser carries every failure to its reader; the callback only keeps pipeline from throwing it a second time.
  const ignore = (): void => undefined;
  return path.endsWith('.gz') ? pipeline(source, createGunzip(), parser, ignore) : pipeline(source, parser, ignore);
}

function toDatasetError(error: unknown, file: string): unknown {
  if (error instanceof CsvError) {
    const line: unknown = error['lines'];
    return new DatasetError(typeof line === 'number' ? { file, line } : { file }, error.message, { cause: error });
  }
  return isSystemError(error) ? new DatasetError({ file }, error.message, { cause: error }) : error;
}

/** Errors of the file system and of gzip have a code. */
function isSystemError(error: unknown): error is { readonly message: string } {
  return typeof error === 'object' && error !== null && 'code' in error && 'message' in error;
}
