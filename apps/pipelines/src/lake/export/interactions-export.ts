import type { SqlEngine, SqlValue } from '@affinity/lake';
import type { AvroField } from './avro-schema';

/** Columns beyond user, item and time. */
export interface InteractionColumns {
  readonly eventType: boolean;
  readonly eventValue: boolean;
  readonly impressions: boolean;
}

interface ExportColumn {
  readonly column: string;
  readonly field: AvroField;
}

const always: readonly ExportColumn[] = [
  { column: 'user_id', field: { name: 'USER_ID', type: 'string' } },
  { column: 'item_id', field: { name: 'ITEM_ID', type: 'string' } },
  { column: 'epoch_seconds', field: { name: 'TIMESTAMP', type: 'long' } },
];

function columnsOf({ eventType, eventValue, impressions }: InteractionColumns): readonly ExportColumn[] {
  return [
    ...always,
    ...(eventType ? [{ column: 'event_type', field: { name: 'EVENT_TYPE', type: 'string' } }] : []),
    ...(eventValue ? [{ column: 'event_value', field: { name: 'EVENT_VALUE', type: ['null', 'float'] } }] : []),
    ...(impressions ? [{ column: 'impression', field: { name: 'IMPRESSION', type: ['null', 'string'] } }] : []),
  ];
}

/** The fields of the interactions data set. */
export function interactionFields(columns: InteractionColumns): readonly AvroField[] {
  return columnsOf(columns).map(({ field }) => field);
}

/** The interactions, in the order of their fields. The view `exported_interactions` must be defined. */
export async function* interactionRows(
  engine: SqlEngine,
  columns: InteractionColumns,
): AsyncGenerator<readonly SqlValue[], void, undefined> {
  const names = columnsOf(columns).map(({ column }) => column);
  for await (const row of engine.rows(`SELECT ${names.join(', ')} FROM exported_interactions`))
    yield names.map((name) => row[name] ?? null);
}
