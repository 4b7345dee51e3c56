import { AffinityError, type Clock } from '@affinity/service-kit';
import type { AthenaClient } from '@aws-sdk/client-athena';
import { createHash, randomUUID } from 'node:crypto';
import type { MutableObjectStore } from '../mutable-object-store';
import { AthenaQueries } from './athena-queries';
import {
  addPartitions,
  createLinesTable,
  createParquetTable,
  entriesQuery,
  folderPartitions,
  movePartition,
  type PartitionPlace,
} from './athena-statements';
import type { CatalogueDay, Column, LakeTable, SqlEngine, SqlRow, UnloadedObject } from './sql-engine';
import { columnList, identifier, literal, valuesQuery } from './sql-text';

/** Where Athena works. */
export interface AthenaEngineOptions {
  readonly client: AthenaClient;
  /** The same bucket that Athena reads. */
  readonly store: MutableObjectStore;
  readonly bucket: string;
  /** Athena's workgroup. It must not enforce a result location of its own. */
  readonly workgroup: string;
  /** Database of the Glue catalogue in which days of tables are registered; made when needed. */
  readonly database: string;
  /** How long a query may take. */
  readonly queryTimeoutMs: number;
  readonly clock: Clock;
}

const partition = 'dt';
const part = 'affinity_part';
/** Partitions that one statement adds: their texts must fit into a query. */
const partitionsPerStatement = 100;

/**
 * Opens Athena (https://aws.amazon.com/athena/) as an engine.
 *
 * A1. Tables and views of a run are in a database of its own, results below a folder of its own: runs at the same time do not
 *     meet, and `close` removes both, with all that results say of people.
 * A2. A table reads folders, not lists of objects: who defines one lists all objects of its folders and compares counts.
 */
export async function openAthenaEngine(options: AthenaEngineOptions): Promise<SqlEngine> {
  const run = randomUUID().replaceAll('-', '');
  const resultFolder = `_athena/${run}/`;
  const { client, bucket, workgroup, queryTimeoutMs, clock } = options;
  const outputLocation = `s3://${bucket}/${resultFolder}`;
  const queries = new AthenaQueries({ client, workgroup, outputLocation, queryTimeoutMs, clock });
  const runDatabase = `affinity_run_${run}`;
  await queries.run(`CREATE DATABASE IF NOT EXISTS \`${runDatabase}\``);
  return new AthenaEngine(options, { queries, resultFolder, runDatabase });
}

interface AthenaParts {
  readonly queries: AthenaQueries;
  readonly resultFolder: string;
  readonly runDatabase: string;
}

class AthenaEngine implements SqlEngine {
  readonly name = 'athena';

  constructor(
    private readonly options: AthenaEngineOptions,
    private readonly parts: AthenaParts,
  ) {}

  /** See SqlEngine. Digests of objects are not verified: their content never comes here. */
  async defineTable(table: LakeTable): Promise<void> {
    const isLines = table.format === 'json-lines';
    const stored = isLines ? `${table.name}_lines` : `${table.name}_files`;
    const place = { name: stored, location: this.locationOf(`${this.parts.resultFolder}none/`) };
    await this.run(`DROP TABLE IF EXISTS \`${stored}\``);
    await this.run(isLines ? createLinesTable(place, part) : createParquetTable(place, table.columns, part));
    const partitions = folderPartitions(table.folders, (folder) => this.locationOf(folder));
    for (const some of chunks(partitions)) await this.run(addPartitions(place, part, some));
    const files = `SELECT ${columnList(table.columns)} FROM ${identifier(stored)}`;
    await this.defineView(table.name, isLines ? entriesQuery(table, stored) : files);
  }

  /** See SqlEngine. */
  defineRows(name: string, columns: readonly Column[], rows: readonly SqlRow[]): Promise<void> {
    return this.defineView(name, valuesQuery(columns, rows));
  }

  /** See SqlEngine. */
  async defineView(name: string, sql: string): Promise<void> {
    await this.run(`CREATE OR REPLACE VIEW ${identifier(name)} AS ${sql}`);
  }

  /** See SqlEngine. */
  rows(sql: string): AsyncIterable<SqlRow> {
    return this.parts.queries.rows(sql, this.parts.runDatabase);
  }

  /** See SqlEngine. */
  async unload(sql: string, folder: string): Promise<readonly UnloadedObject[]> {
    const target = literal(this.locationOf(folder));
    await this.run(`UNLOAD (${sql}) TO ${target} WITH (format = 'PARQUET', compression = 'ZSTD')`);
    const unloaded: UnloadedObject[] = [];
    for await (const { key, bytes } of this.options.store.list(folder))
      unloaded.push({ key, bytes, sha256: await this.digestOf(key) });
    return unloaded;
  }

  /** See SqlEngine. */
  async registerDay({ table, columns, day, folder }: CatalogueDay): Promise<void> {
    const { database } = this.options;
    const place = {
      name: table,
      database,
      location: this.locationOf(folder.slice(0, folder.indexOf(`/${partition}=`) + 1)),
    };
    const days: PartitionPlace = { value: day, location: this.locationOf(folder) };
    await this.run(`CREATE DATABASE IF NOT EXISTS \`${database}\``);
    await this.run(createParquetTable(place, columns, partition));
    await this.run(addPartitions(place, partition, [days]));
    await this.run(movePartition(place, partition, days));
  }

  /** See SqlEngine. A1 */
  async close(): Promise<void> {
    const { store } = this.options;
    const { queries, resultFolder, runDatabase } = this.parts;
    await queries.run(`DROP DATABASE IF EXISTS \`${runDatabase}\` CASCADE`);
    const keys: string[] = [];
    for await (const { key } of store.list(resultFolder)) keys.push(key);
    for (const key of keys) await store.remove(key);
  }

  private async run(sql: string): Promise<void> {
    await this.parts.queries.run(sql, this.parts.runDatabase);
  }

  private locationOf(key: string): string {
    return `s3://${this.options.bucket}/${key}`;
  }

  private async digestOf(key: string): Promise<string> {
    const body = await this.options.store.read(key);
    if (body === undefined) throw new AffinityError('FAILED_PRECONDITION', `object ${key} is gone: it was listed`);
    const hash = createHash('sha256');
    for await (const chunk of body) hash.update(chunk as Buffer);
    return hash.digest('hex');
  }
}

function* chunks(places: readonly PartitionPlace[]): Generator<readonly PartitionPlace[]> {
  for (let at = 0; at < places.length; at += partitionsPerStatement)
    yield places.slice(at, at + partitionsPerStatement);
}
