import { DuckDBInstance, type DuckDBAppender, type DuckDBConnection } from '@duckdb/node-api';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileDigest } from '../file-digest';
import type { MutableObjectStore } from '../mutable-object-store';
import { duckDbFailure } from './duckdb-failure';
import type { SqlValue, UnloadedObject } from './sql-engine';
import { literal } from './sql-text';

/** A column of rows that are made in this process. Its name may hold anything. */
export interface WrittenColumn {
  readonly name: string;
  readonly type: 'varchar' | 'integer' | 'bigint' | 'double' | 'boolean';
}

/** What to write, and where. */
export interface ParquetWriterOptions {
  readonly store: MutableObjectStore;
  readonly columns: readonly WrittenColumn[];
  /** A prefix of keys that ends with `/`. */
  readonly folder: string;
  /** Folder for files in the making. */
  readonly scratchFolder: string;
  /** Rows of an object; they are in memory until it is written. Default 100,000. */
  readonly rowsPerObject?: number;
}

/** Writes rows that are made in this process as Parquet (zstd), whichever engine runs the queries. */
export interface ParquetWriter {
  /** Adds a row: a value for each column, of its type. */
  append(row: readonly SqlValue[]): Promise<void>;
  /** Writes what is left. Returns all objects. */
  finish(): Promise<readonly UnloadedObject[]>;
  /** Lets go of memory and scratch files, finished or not. */
  close(): Promise<void>;
}

const defaultRowsPerObject = 100_000;
const memoryLimit = '256MiB';

/** Opens a writer. */
export async function openParquetWriter(options: ParquetWriterOptions): Promise<ParquetWriter> {
  const scratch = await mkdtemp(join(options.scratchFolder, 'affinity-parquet-'));
  const instance = await DuckDBInstance.create(':memory:', { memory_limit: memoryLimit, threads: '1' });
  const connection = await instance.connect();
  const columns = options.columns.map(({ name, type }) => `"${name.replaceAll('"', '""')}" ${type}`).join(', ');
  await connection.run(`CREATE TABLE pending (${columns})`);
  return new DuckDbParquetWriter(options, { instance, connection, scratch });
}

interface WriterParts {
  readonly instance: DuckDBInstance;
  readonly connection: DuckDBConnection;
  readonly scratch: string;
}

class DuckDbParquetWriter implements ParquetWriter {
  private readonly written: UnloadedObject[] = [];
  private appender: DuckDBAppender | undefined;
  private rows = 0;

  constructor(
    private readonly options: ParquetWriterOptions,
    private readonly parts: WriterParts,
  ) {}

  /** See ParquetWriter. */
  async append(row: readonly SqlValue[]): Promise<void> {
    this.appender ??= await this.parts.connection.createAppender('pending');
    for (const [i, { type }] of this.options.columns.entries()) appendValue(this.appender, type, row[i] ?? null);
    this.appender.endRow();
    this.rows += 1;
    if (this.rows >= (this.options.rowsPerObject ?? defaultRowsPerObject)) await this.writeObject();
  }

  /** See ParquetWriter. */
  async finish(): Promise<readonly UnloadedObject[]> {
    if (this.rows > 0 || this.written.length === 0) await this.writeObject();
    return this.written;
  }

  /** See ParquetWriter. */
  async close(): Promise<void> {
    this.appender?.closeSync();
    this.parts.connection.closeSync();
    this.parts.instance.closeSync();
    await rm(this.parts.scratch, { recursive: true, force: true });
  }

  private async writeObject(): Promise<void> {
    const { store, folder } = this.options;
    const { connection, scratch } = this.parts;
    this.appender?.closeSync();
    this.appender = undefined;
    const name = `part-${this.written.length}.parquet`;
    const path = join(scratch, name);
    try {
      await connection.run(`COPY pending TO ${literal(path)} (FORMAT parquet, COMPRESSION zstd)`);
      await connection.run('TRUNCATE pending');
    } catch (error) {
      throw duckDbFailure(error);
    }
    this.rows = 0;
    const key = `${folder}${name}`;
    await store.putFile(key, { path, contentType: 'application/vnd.apache.parquet', metadata: {} });
    this.written.push({ key, bytes: (await stat(path)).size, sha256: await fileDigest(path) });
    await rm(path);
  }
}

function appendValue(appender: DuckDBAppender, type: WrittenColumn['type'], value: SqlValue): void {
  if (value === null) {
    appender.appendNull();
    return;
  }
  switch (type) {
    case 'varchar':
      appender.appendVarchar(String(value));
      break;
    case 'integer':
      appender.appendInteger(Number(value));
      break;
    case 'bigint':
      appender.appendBigInt(BigInt(value));
      break;
    case 'double':
      appender.appendDouble(Number(value));
      break;
    case 'boolean':
      appender.appendBoolean(value === true);
  }
}
