import type { Column, ColumnType, LakeTable } from './sql-engine';
import { columnList, identifier, literal } from './sql-text';

/** What Trino calls by another name than DuckDB. */
export const duckDbMacros: readonly string[] = [
  'CREATE MACRO to_unixtime(instant) AS epoch(instant)',
  // Trino's has a time zone, always UTC here, which the cast to TIMESTAMP that follows it drops.
  'CREATE MACRO from_iso8601_timestamp(text) AS TRY_CAST(text AS TIMESTAMP)',
  'CREATE MACRO json_format(document) AS CAST(document AS VARCHAR)',
  // array_to_string takes no separator that a macro brings.
  'CREATE MACRO array_join(list, separator) AS ' +
    "CASE WHEN len(list) = 0 THEN '' ELSE list_reduce(list, lambda joined, next: joined || separator || next) END",
];

/** Longest line that is read, in bytes: an event of 64 KiB, were every byte of it escaped, and room for the keys. */
const maxLineBytes = 512 * 1024;

/** The query that reads a table's files. */
export function duckDbTable({ format, columns }: LakeTable, paths: readonly string[]): string {
  if (paths.length === 0) return emptyTable({ format, columns });
  const files = `[${paths.map(literal).join(', ')}]`;
  if (format === 'parquet') return `SELECT ${columnList(columns)} FROM read_parquet(${files}, union_by_name = true)`;
  // No byte 1 stands in JSON, so each line is one field.
  const lines =
    `read_csv(${files}, columns = {'line': 'VARCHAR'}, auto_detect = false, header = false, delim = E'\\x01', ` +
    `quote = '', escape = '', new_line = '\\n', max_line_size = ${maxLineBytes})`;
  return `SELECT line, ${entryOf(columns)} AS entry FROM ${lines}`;
}

/** Nearly all lines have every field and take the fast way, which refuses those that lack one. */
function entryOf(columns: readonly Column[]): string {
  const fields = literal(structure(columns));
  const sound = ["json_type(line) = 'OBJECT'", ...columns.map((column) => `(${isSound(column, fields)})`)];
  const partial = `CASE WHEN ${sound.join(' AND ')} THEN from_json(line, ${fields}) END`;
  return `COALESCE(TRY(from_json_strict(line, ${fields})), TRY(${partial}))`;
}

/** Whether a field is absent or of its type: what is not, the lenient reading makes NULL. */
function isSound({ name }: Column, fields: string): string {
  const absent = `COALESCE(json_type(line, ${literal(`$."${name}"`)}), 'NULL') = 'NULL'`;
  return `${absent} OR from_json(line, ${fields}).${identifier(name)} IS NOT NULL`;
}

function rowType(columns: readonly Column[]): string {
  return `ROW(${columns.map(({ name, type }) => `${identifier(name)} ${type}`).join(', ')})`;
}

function emptyTable({ format, columns }: Pick<LakeTable, 'format' | 'columns'>): string {
  const nothing = columns.map(({ name, type }) => `CAST(NULL AS ${type}) AS ${identifier(name)}`).join(', ');
  if (format === 'parquet') return `SELECT ${nothing} WHERE 1 = 0`;
  return `SELECT CAST(NULL AS VARCHAR) AS line, CAST(NULL AS ${rowType(columns)}) AS entry WHERE 1 = 0`;
}

/** The fields of an entry in DuckDB's words: a JSON object of names and types. */
function structure(columns: readonly Column[]): string {
  return JSON.stringify(Object.fromEntries(columns.map(({ name, type }) => [name, structureType(type)])));
}

function structureType(type: ColumnType): string | readonly string[] {
  return type === 'varchar array' ? ['VARCHAR'] : type.toUpperCase();
}
