/** A type of a column, in words that DuckDB and Trino share. */
export type ColumnType =
  'varchar' | 'integer' | 'bigint' | 'double' | 'boolean' | 'timestamp' | 'varchar array' | 'json';

/** A column of a table of the lake. Names are lower-case words joined by `_`. */
export interface Column {
  readonly name: string;
  readonly type: ColumnType;
}

/** An object that a table reads. */
export interface TableObject {
  readonly key: string;
  /** SHA-256 of the content before compression, lower-case hex: an engine that fetches objects verifies it where given. */
  readonly sha256?: string;
}

/** A folder of objects of one format. An engine may read the listed objects or all of the folder: list them all. */
export interface TableFolder {
  /** A prefix of keys that ends with `/`. */
  readonly folder: string;
  readonly objects: readonly TableObject[];
}

/**
 * A table over objects, for as long as the engine is open. Of the format `json-lines`, plain or gzip, it has two columns: `line`,
 * the text, and `entry`, a row of `columns`, which is NULL where the line is not a JSON object or a value does not have its
 * column's type; what an object lacks is NULL. Of the format `parquet` it has the columns themselves.
 */
export interface LakeTable {
  readonly name: string;
  readonly format: 'json-lines' | 'parquet';
  readonly columns: readonly Column[];
  readonly folders: readonly TableFolder[];
}

/** A value of a row: `bigint` columns as bigint. Other types than these are not for rows. */
export type SqlValue = string | number | bigint | boolean | null;

/** A row by column name. */
export type SqlRow = Readonly<Record<string, SqlValue>>;

/** A Parquet object that a query was written to. */
export interface UnloadedObject {
  readonly key: string;
  readonly bytes: number;
  /** Of the object's bytes, lower-case hex. */
  readonly sha256: string;
}

/** A day of a table that readers of the catalogue see. */
export interface CatalogueDay {
  readonly table: string;
  readonly columns: readonly Column[];
  readonly day: string;
  readonly folder: string;
}

/**
 * Runs batch SQL over the lake. Queries are in the dialect of Trino as far as DuckDB shares it; what only the names tell apart
 * (`to_unixtime`, `from_iso8601_timestamp`, `json_format`, `array_join`), every engine has under Trino's name.
 *
 * Each method throws AffinityError: INVALID_ARGUMENT for a query that the engine refuses, FAILED_PRECONDITION for an object
 * that is missing, half-written or of another format, RESOURCE_EXHAUSTED when memory, disk or quota do not suffice,
 * UNAVAILABLE when the engine does not answer, DEADLINE_EXCEEDED when a query takes longer than is allowed.
 */
export interface SqlEngine {
  /** `duckdb` or `athena`, for manifests. */
  readonly name: string;
  /** Makes a table, or replaces the one of the same name. */
  defineTable(table: LakeTable): Promise<void>;
  /** Makes a table of these rows, or replaces it. A few thousand at most: they travel in the text of a query. */
  defineRows(name: string, columns: readonly Column[], rows: readonly SqlRow[]): Promise<void>;
  /** Gives a query a name, or replaces the one of the same name. */
  defineView(name: string, sql: string): Promise<void>;
  /** The rows of a query, as they come; holds a few thousand at most. */
  rows(sql: string): AsyncIterable<SqlRow>;
  /** Writes the rows of a query as Parquet (zstd) into a folder that is empty. */
  unload(sql: string, folder: string): Promise<readonly UnloadedObject[]>;
  /** Points the day of a table in the catalogue, made when needed, at a folder. Without a catalogue it does nothing. */
  registerDay(day: CatalogueDay): Promise<void>;
  /** Removes what the engine made for itself. */
  close(): Promise<void>;
}

/** The only row of a query. Throws RangeError when it has another number of rows. */
export async function onlyRow(engine: SqlEngine, sql: string): Promise<SqlRow> {
  const found: SqlRow[] = [];
  for await (const row of engine.rows(sql)) found.push(row);
  const [row] = found;
  if (row === undefined || found.length > 1) throw new RangeError(`a query gave ${found.length} rows, not one`);
  return row;
}
