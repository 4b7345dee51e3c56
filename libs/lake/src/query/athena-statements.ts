import type { Column, ColumnType, LakeTable, TableFolder } from './sql-engine';
import { identifier, literal } from './sql-text';

/** Hive's name of a type, which table definitions use: queries use Trino's. */
function hiveType(type: ColumnType): string {
  switch (type) {
    case 'varchar':
    case 'json':
      return 'string';
    case 'integer':
      return 'int';
    case 'varchar array':
      return 'array<string>';
    default:
      return type;
  }
}

/** A name in a table definition. */
function quoted(name: string): string {
  return `\`${identifier(name).slice(1, -1)}\``;
}

function hiveColumns(columns: readonly Column[]): string {
  return columns.map(({ name, type }) => `${quoted(name)} ${hiveType(type)}`).join(', ');
}

/** A folder that a partition stands for. */
export interface PartitionPlace {
  readonly value: string;
  readonly location: string;
}

/** What a table is called and where it begins. */
export interface TablePlace {
  readonly name: string;
  readonly location: string;
  /** Database, where it is not the query's own. */
  readonly database?: string;
}

function tableName({ name, database }: Pick<TablePlace, 'name' | 'database'>): string {
  return database === undefined ? quoted(name) : `${quoted(database)}.${quoted(name)}`;
}

/** A table of Parquet objects, partitioned by one text column. */
export function createParquetTable(place: TablePlace, columns: readonly Column[], partition: string): string {
  return (
    `CREATE EXTERNAL TABLE IF NOT EXISTS ${tableName(place)} (${hiveColumns(columns)}) ` +
    `PARTITIONED BY (${quoted(partition)} string) STORED AS PARQUET LOCATION ${literal(place.location)}`
  );
}

/** A table of lines as texts, partitioned as {@link createParquetTable}. No byte 1 stands in JSON, so each line is one field. */
export function createLinesTable(place: TablePlace, partition: string): string {
  return (
    `CREATE EXTERNAL TABLE IF NOT EXISTS ${tableName(place)} (${quoted('line')} string) ` +
    `PARTITIONED BY (${quoted(partition)} string) ROW FORMAT DELIMITED FIELDS TERMINATED BY '\\001' ` +
    `LINES TERMINATED BY '\\n' STORED AS TEXTFILE LOCATION ${literal(place.location)}`
  );
}

/** Adds partitions to a table. */
export function addPartitions(
  table: Pick<TablePlace, 'name' | 'database'>,
  partition: string,
  places: readonly PartitionPlace[],
): string {
  const added = places.map(
    ({ value, location }) => `PARTITION (${quoted(partition)} = ${literal(value)}) LOCATION ${literal(location)}`,
  );
  return `ALTER TABLE ${tableName(table)} ADD IF NOT EXISTS ${added.join(' ')}`;
}

/** Points a partition at another folder, at once for all readers. */
export function movePartition(
  table: Pick<TablePlace, 'name' | 'database'>,
  partition: string,
  { value, location }: PartitionPlace,
): string {
  const spec = `PARTITION (${quoted(partition)} = ${literal(value)})`;
  return `ALTER TABLE ${tableName(table)} ${spec} SET LOCATION ${literal(location)}`;
}

/** The query that makes lines the entries of a table of JSON lines. */
export function entriesQuery({ columns }: LakeTable, linesTable: string): string {
  const fields = columns.map(({ name, type }) => `${identifier(name)} ${trinoType(type)}`).join(', ');
  return `SELECT line, TRY(CAST(json_parse(line) AS ROW(${fields}))) AS entry FROM ${identifier(linesTable)}`;
}

function trinoType(type: ColumnType): string {
  return type === 'varchar array' ? 'ARRAY(VARCHAR)' : type.toUpperCase();
}

/** The folders of a table as partitions, numbered. */
export function folderPartitions(
  folders: readonly TableFolder[],
  locationOf: (key: string) => string,
): PartitionPlace[] {
  return folders.map(({ folder }, i) => ({ value: String(i), location: locationOf(folder) }));
}
