import type { AttributeValue, Schema } from '@affinity/domain';
import { lakeQueries, type SqlEngine, type SqlValue } from '@affinity/lake';
import { categoricalField, fieldName, numberField, type AvroField } from './avro-schema';

/** Personalize takes this many fields of items, and labels up to this long. Source: Personalize quotas. */
const maxFields = 100;
const maxLabelLength = 1_000;
const reserved: ReadonlySet<string> = new Set(['ITEM_ID', 'CREATION_TIMESTAMP']);

interface ItemColumn {
  /** The attribute. */
  readonly source: string;
  readonly field: AvroField;
}

/** The items' columns: an attribute for each that a dimension of the schema counts; the first of equal names. */
export function itemColumns({ dimensions }: Schema): readonly ItemColumn[] {
  const columns = new Map<string, ItemColumn>();
  for (const dimension of dimensions) {
    if (dimension.kind === 'item') continue;
    const name = fieldName(dimension.source);
    if (name === '' || reserved.has(name) || columns.has(name)) continue;
    const field = dimension.kind === 'categorical' ? categoricalField(name) : numberField(name);
    columns.set(name, { source: dimension.source, field });
  }
  return [...columns.values()].slice(0, maxFields);
}

/** The fields of the items data set. */
export function itemFields(columns: readonly ItemColumn[]): readonly AvroField[] {
  return [{ name: 'ITEM_ID', type: 'string' }, ...columns.map(({ field }) => field)];
}

/** The items, in the order of their fields. The table `events` must be defined. */
export async function* itemRows(
  engine: SqlEngine,
  columns: readonly ItemColumn[],
): AsyncGenerator<readonly SqlValue[], void, undefined> {
  for await (const { item_id: itemId, attributes } of engine.rows(lakeQueries.exportedItems)) {
    const values = JSON.parse(String(attributes)) as Readonly<Record<string, AttributeValue | null>>;
    yield [String(itemId), ...columns.map((column) => cellOf(column, values[column.source]))];
  }
}

function cellOf({ field }: ItemColumn, value: AttributeValue | null | undefined): SqlValue {
  if (field.categorical !== true) return typeof value === 'number' ? value : null;
  if (value === undefined || value === null) return null;
  const text = typeof value === 'object' ? value.join('|') : String(value);
  return text.length > 0 && text.length <= maxLabelLength ? text : null;
}
