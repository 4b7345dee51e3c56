import type { LoggedInteraction } from '../data/interaction-log';
import { camelName } from '../data/property-names';
import type { CsvObjects, CsvRecord } from '../objects/csv-objects';
import type { GroupRecord } from '../recorded';
import type { DatasetType } from './dataset-schema';

/** What is imported. */
export interface ImportPlan {
  readonly group: string;
  readonly datasetType: DatasetType;
  readonly location: string;
  readonly mode: 'FULL' | 'INCREMENTAL';
  readonly importNumber: number;
}

/** Source: "Service quotas", Amazon Personalize developer guide. */
const leastInteractions = 1_000;
const rowsPerRecord = 500;

/**
 * Imports a dataset: rows become records as they are read, and count once all are there. Rejects with a reason that says
 * which row is wrong; then nothing of it counts.
 */
export async function importDataset(
  plan: ImportPlan,
  { objects, record, signal }: ImportTools,
): Promise<{ readonly rows: number }> {
  const { group, importNumber, mode, location } = plan;
  await record([{ kind: 'import-dropped', group, importNumber }]); // What a run that was cut off left behind.
  let rows = 0;
  let batch: CsvRecord[] = [];
  const flush = async (): Promise<void> => {
    const first = rows - batch.length;
    await record(recordsOf(plan, batch, first));
    batch = [];
    signal.throwIfAborted();
  };
  try {
    for await (const row of objects.records(location)) {
      batch.push(row);
      rows += 1;
      if (batch.length === rowsPerRecord) await flush();
    }
    await flush();
    if (plan.datasetType === 'Interactions' && mode === 'FULL' && rows < leastInteractions) {
      throw new Error(`there are ${rows} interactions, at least ${leastInteractions} are needed`);
    }
  } catch (error) {
    await record([{ kind: 'import-dropped', group, importNumber }]);
    throw error;
  }
  if (plan.datasetType === 'Interactions') await record([{ kind: 'imported', group, importNumber, mode }]);
  return { rows };
}

/** What an import works with. */
export interface ImportTools {
  readonly objects: CsvObjects;
  readonly record: (records: readonly GroupRecord[]) => Promise<void>;
  readonly signal: AbortSignal;
}

function recordsOf(plan: ImportPlan, rows: readonly CsvRecord[], first: number): readonly GroupRecord[] {
  const { group, datasetType, importNumber } = plan;
  if (datasetType === 'Interactions') {
    return [{ kind: 'rows', group, rows: rows.map((row, i) => interactionOf(row, first + i + 1, importNumber)) }];
  }
  const [kind, idColumn] = datasetType === 'Items' ? (['item', 'ITEM_ID'] as const) : (['user', 'USER_ID'] as const);
  return rows.map((row, i) => {
    const entries = Object.entries(row).filter(([column, field]) => column !== idColumn && field !== '');
    const properties = JSON.stringify(Object.fromEntries(entries.map(([column, field]) => [camelName(column), field])));
    return { kind, group, id: idIn(row, idColumn, first + i + 1), properties };
  });
}

function interactionOf(row: CsvRecord, number: number, importNumber: number): LoggedInteraction {
  const userId = idIn(row, 'USER_ID', number);
  const seconds = Number(row['TIMESTAMP'] ?? '');
  if (!Number.isInteger(seconds) || seconds < 0 || seconds > 1e11) {
    throw new Error(`row ${number}: TIMESTAMP must be epoch seconds`);
  }
  const value = row['EVENT_VALUE'] ?? '';
  const eventValue = value === '' ? {} : { eventValue: Number(value) };
  if (Number.isNaN(eventValue.eventValue)) throw new Error(`row ${number}: EVENT_VALUE must be a number`);
  const eventType = row['EVENT_TYPE'] ?? '';
  const itemId = idIn(row, 'ITEM_ID', number);
  return { userId, sessionId: userId, itemId, eventType, atMs: seconds * 1_000, importNumber, ...eventValue };
}

function idIn(row: CsvRecord, column: string, number: number): string {
  const id = row[column];
  if (id === undefined) throw new Error(`row ${number}: the column ${column} is missing`);
  if (id === '' || id.length > 256) throw new Error(`row ${number}: ${column} must have 1 to 256 characters`);
  return id;
}
