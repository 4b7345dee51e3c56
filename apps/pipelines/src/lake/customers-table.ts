import { lakeFolder, type Column, type LakeTable, type MutableObjectStore, type SqlEngine } from '@affinity/lake';
import { AffinityError } from '@affinity/service-kit';
import { z } from 'zod';

/**
 * What another team says of the customers that it puts into the lake as Parquet, in `lake/<prefix>/customers/_table.json`:
 * the columns, of which `user_id` is one. With a column `valid_from` there may be several rows of a user, each valid from that
 * time on; without, one row.
 */
const description = z.object({
  columns: z
    .array(
      z.object({
        name: z.string().regex(/^[a-z_][a-z0-9_]*$/),
        type: z.enum(['varchar', 'integer', 'bigint', 'double', 'boolean', 'timestamp']),
      }),
    )
    .min(2)
    .max(100),
});

/** Where a data set's customers are. */
export function customersFolder(prefix: string): string {
  return `${lakeFolder(prefix)}customers/`;
}

/** The customers of a data set as a table; undefined when there are none. Throws FAILED_PRECONDITION for a wrong description. */
export async function findCustomers(store: MutableObjectStore, prefix: string): Promise<LakeTable | undefined> {
  const folder = customersFolder(prefix);
  const found = await store.get(`${folder}_table.json`);
  if (found === undefined) return undefined;
  const columns = columnsOf(`${folder}_table.json`, Buffer.from(found.body).toString());
  const objects: { key: string }[] = [];
  for await (const { key } of store.list(folder)) if (key.endsWith('.parquet')) objects.push({ key });
  return { name: 'customers', format: 'parquet', columns, folders: [{ folder, objects }] };
}

/** The columns of customers besides their id and `valid_from`. */
export function customerAttributes({ columns }: LakeTable): readonly Column[] {
  return columns.filter(({ name }) => name !== 'user_id' && name !== 'valid_from');
}

/** Whether customers change over time. */
export function hasValidFrom({ columns }: LakeTable): boolean {
  return columns.some(({ name, type }) => name === 'valid_from' && type === 'timestamp');
}

/** Defines the view `current_customers`: the newest row of each user. */
export async function defineCurrentCustomers(engine: SqlEngine, table: LakeTable): Promise<void> {
  await engine.defineTable(table);
  const names = ['user_id', ...customerAttributes(table).map(({ name }) => name)].join(', ');
  const order = hasValidFrom(table) ? 'valid_from DESC' : 'user_id';
  const aged = `SELECT ${names}, ROW_NUMBER() OVER (PARTITION BY user_id ORDER BY ${order}) AS affinity_row FROM customers`;
  const sql = `SELECT ${names} FROM (${aged}) AS aged WHERE affinity_row = 1`;
  await engine.defineView('current_customers', sql);
}

function columnsOf(key: string, text: string): readonly Column[] {
  const parsed = description.safeParse(jsonOf(text));
  if (parsed.success && parsed.data.columns.some(({ name, type }) => name === 'user_id' && type === 'varchar'))
    return parsed.data.columns;
  const reason = parsed.success
    ? 'there is no column user_id of type varchar'
    : parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
  throw new AffinityError('FAILED_PRECONDITION', `${key} does not describe a table of customers: ${reason}`);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // What is no JSON is refused as not being an object.
  }
}
