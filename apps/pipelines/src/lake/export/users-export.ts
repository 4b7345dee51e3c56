import type { LakeTable, SqlEngine, SqlValue } from '@affinity/lake';
import { customerAttributes } from '../customers-table';
import { categoricalField, fieldName, numberField, type AvroField } from './avro-schema';

/** Personalize takes this many fields of users. Source: Personalize quotas. */
const maxFields = 25;

interface UserColumn {
  readonly column: string;
  readonly field: AvroField;
}

/** The users' columns: those of the customers that are labels or numbers. */
export function userColumns(customers: LakeTable): readonly UserColumn[] {
  return customerAttributes(customers)
    .filter(({ type }) => type !== 'timestamp')
    .map(({ name, type }) => {
      const isLabel = type === 'varchar' || type === 'boolean';
      return { column: name, field: isLabel ? categoricalField(fieldName(name)) : numberField(fieldName(name)) };
    })
    .slice(0, maxFields);
}

/** The fields of the users data set. */
export function userFields(columns: readonly UserColumn[]): readonly AvroField[] {
  return [{ name: 'USER_ID', type: 'string' }, ...columns.map(({ field }) => field)];
}

/** The users, in the order of their fields. The view `current_customers` must be defined. */
export async function* userRows(
  engine: SqlEngine,
  columns: readonly UserColumn[],
): AsyncGenerator<readonly SqlValue[], void, undefined> {
  const names = ['user_id', ...columns.map(({ column }) => column)];
  for await (const row of engine.rows(`SELECT ${names.join(', ')} FROM current_customers`))
    yield names.map((name) => row[name] ?? null);
}
