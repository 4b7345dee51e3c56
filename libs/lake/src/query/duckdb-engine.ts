import { DuckDBInstance, type DuckDBConnection, type DuckDBValue } from '@duckdb/node-api';
import { mkdir, mkdtemp, readdir, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MutableObjectStore } from '../mutable-object-store';
import { fileDigest } from '../file-digest';
import { duckDbFailure } from './duckdb-failure';
import { duckDbMacros, duckDbTable } from './duckdb-statements';
import { DuckDbStaging } from './duckdb-staging';
import type { Column, LakeTable, SqlEngine, SqlRow, SqlValue, UnloadedObject } from './sql-engine';
import { identifier, literal, valuesQuery } from './sql-text';

/** Where DuckDB works, and with how much. */
export interface DuckDbEngineOptions {
  readonly store: MutableObjectStore;
  /** Path of an object that lies on this machine as a plain file; without it objects are fetched first. */
  readonly pathInPlace?: (key: string) => string;
  /** Folder for what does not fit into memory and for fetched objects. Default: the system's. */
  readonly scratchFolder?: string;
  /** Bytes that DuckDB may take, about; what it needs beyond goes to the scratch folder. Default 256 MiB. */
  readonly memoryBytes?: number;
  /** Threads of DuckDB. Default: one for each core. */
  readonly threads?: number;
  /** Size at which a Parquet object is full and the next begins, about. Default 128 MiB, what Athena reads best. */
  readonly objectBytes?: number;
}

const defaultMemoryBytes = 256 * 1024 * 1024;
const defaultObjectBytes = 128 * 1024 * 1024;

/** Opens DuckDB (https://duckdb.org) in this process. It loads no extension and makes no connection. */
export async function openDuckDbEngine(options: DuckDbEngineOptions): Promise<SqlEngine> {
  const { scratchFolder = tmpdir(), memoryBytes = defaultMemoryBytes, threads } = options;
  await mkdir(scratchFolder, { recursive: true });
  const scratch = await mkdtemp(join(scratchFolder, 'affinity-duckdb-'));
  const instance = await DuckDBInstance.create(':memory:', {
    memory_limit: `${Math.floor(memoryBytes / 1024)}KiB`,
    temp_directory: join(scratch, 'spill'),
    // Order costs memory: what needs an order says so.
    preserve_insertion_order: 'false',
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    ...(threads === undefined ? {} : { threads: String(threads) }),
  });
  const connection = await instance.connect();
  for (const macro of duckDbMacros) await connection.run(macro);
  const { store, pathInPlace } = options;
  const staging = new DuckDbStaging({ store, scratch, ...(pathInPlace === undefined ? {} : { pathInPlace }) });
  return new DuckDbEngine(options, { instance, connection, staging });
}

interface DuckDbParts {
  readonly instance: DuckDBInstance;
  readonly connection: DuckDBConnection;
  readonly staging: DuckDbStaging;
}

class DuckDbEngine implements SqlEngine {
  readonly name = 'duckdb';

  constructor(
    private readonly options: DuckDbEngineOptions,
    private readonly parts: DuckDbParts,
  ) {}

  /** See SqlEngine. */
  async defineTable(table: LakeTable): Promise<void> {
    const paths: string[] = [];
    for (const { objects } of table.folders) {
      for (const object of objects) paths.push(await this.parts.staging.pathOf(object));
    }
    await this.defineView(table.name, duckDbTable(table, paths));
  }

  /** See SqlEngine. */
  async defineRows(name: string, columns: readonly Column[], rows: readonly SqlRow[]): Promise<void> {
    await this.run(`CREATE OR REPLACE TEMP TABLE ${identifier(name)} AS ${valuesQuery(columns, rows)}`);
  }

  /** See SqlEngine. */
  async defineView(name: string, sql: string): Promise<void> {
    await this.run(`CREATE OR REPLACE TEMP VIEW ${identifier(name)} AS ${sql}`);
  }

  /** See SqlEngine. */
  async *rows(sql: string): AsyncGenerator<SqlRow, void, undefined> {
    await this.parts.staging.verified();
    try {
      const result = await this.parts.connection.stream(sql);
      const names = result.columnNames();
      for await (const rows of result.yieldRows()) for (const row of rows) yield rowOf(names, row);
    } catch (error) {
      throw duckDbFailure(error);
    }
  }

  /** See SqlEngine. */
  async unload(sql: string, folder: string): Promise<readonly UnloadedObject[]> {
    const { objectBytes = defaultObjectBytes } = this.options;
    const path = join(await this.parts.staging.newFolder(), 'out');
    const format = `FORMAT parquet, COMPRESSION zstd, PER_THREAD_OUTPUT false, FILE_SIZE_BYTES ${objectBytes}`;
    const copy = this.run(`COPY (${sql}) TO ${literal(path)} (${format}, FILENAME_PATTERN 'part-{i}')`);
    // Both to their end: DuckDB must not be closed while it works.
    const [verified, copied] = await Promise.allSettled([this.parts.staging.verified(), copy]);
    // A half-written object also makes DuckDB fail: the digest tells which one it is.
    for (const outcome of [verified, copied]) if (outcome.status === 'rejected') throw outcome.reason;
    return this.store(path, folder);
  }

  /** See SqlEngine: DuckDB has no catalogue that others read. */
  registerDay(): Promise<void> {
    return Promise.resolve();
  }

  /** See SqlEngine. */
  async close(): Promise<void> {
    this.parts.connection.closeSync();
    this.parts.instance.closeSync();
    await this.parts.staging.clear();
  }

  private async store(path: string, folder: string): Promise<readonly UnloadedObject[]> {
    const stored: UnloadedObject[] = [];
    for (const name of (await readdir(path)).sort(byNumber)) {
      const key = `${folder}${name}`;
      const file = join(path, name);
      await this.options.store.putFile(key, {
        path: file,
        contentType: 'application/vnd.apache.parquet',
        metadata: {},
      });
      this.parts.staging.adopt(key, file);
      stored.push({ key, bytes: (await stat(file)).size, sha256: await fileDigest(file) });
    }
    return stored;
  }

  private async run(sql: string): Promise<void> {
    await this.parts.connection.run(sql).catch((error: unknown) => {
      throw duckDbFailure(error);
    });
  }
}

function byNumber(left: string, right: string): number {
  return Number(/\d+/.exec(left)?.[0]) - Number(/\d+/.exec(right)?.[0]);
}

function rowOf(names: readonly string[], values: readonly DuckDBValue[]): SqlRow {
  return Object.fromEntries(names.map((name, i) => [name, valueOf(values[i] ?? null)]));
}

function valueOf(value: DuckDBValue): SqlValue {
  if (value === null || typeof value !== 'object') return value;
  throw new RangeError('rows hold texts, numbers and truth values only: cast the others in the query');
}
