import type { Column, SqlRow, SqlValue } from './sql-engine';

const identifierPattern = /^[a-z_][a-z0-9_]*$/;

/** A name in a query. Throws RangeError when it is not lower-case words joined by `_`: a wrong name is a bug. */
export function identifier(name: string): string {
  if (!identifierPattern.test(name)) throw new RangeError(`not a name for SQL: ${JSON.stringify(name)}`);
  return `"${name}"`;
}

/** A text in a query. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** Names of columns, separated by commas. */
export function columnList(columns: readonly Column[]): string {
  return columns.map(({ name }) => identifier(name)).join(', ');
}

/** A query of these rows, each value cast to its column's type. Without rows it has the columns all the same. */
export function valuesQuery(columns: readonly Column[], rows: readonly SqlRow[]): string {
  const casts = columns.map(
    ({ name, type }) => `CAST(${identifier(name)} AS ${type.toUpperCase()}) AS ${identifier(name)}`,
  );
  const lines = rows.map((row) => `(${columns.map(({ name }) => valueText(row[name] ?? null)).join(', ')})`);
  const nothing = `(${columns.map(() => 'NULL').join(', ')})`;
  const values = lines.length === 0 ? nothing : lines.join(',\n');
  const none = lines.length === 0 ? ' WHERE 1 = 0' : '';
  return `SELECT ${casts.join(', ')} FROM (VALUES ${values}) AS t (${columnList(columns)})${none}`;
}

function valueText(value: SqlValue): string {
  if (value === null) return 'NULL';
  return typeof value === 'string' ? literal(value) : String(value);
}
