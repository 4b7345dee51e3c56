import type { LakeTable, SqlEngine, WrittenColumn } from '@affinity/lake';
import { customerAttributes, hasValidFrom } from '../customers-table';

/** A column of customer data in a training set. */
export interface CustomerColumn extends WrittenColumn {
  /** Its name in `training_events`. */
  readonly column: string;
}

/**
 * Defines `training_events`: the rows of `profile_events`, each with the customer's data that was valid when it happened; where
 * customers have no `valid_from`, their only row. Returns the columns that customers add.
 */
export async function defineTrainingEvents(
  engine: SqlEngine,
  customers: LakeTable | undefined,
): Promise<readonly CustomerColumn[]> {
  if (customers === undefined) {
    await engine.defineView('training_events', 'SELECT * FROM profile_events');
    return [];
  }
  await engine.defineTable(customers);
  const columns = customerColumns(customers);
  const selected = columns.map(({ column }, i) => `customer.c${i} AS ${column}`);
  await engine.defineView('customer_spans', spans(customers));
  await engine.defineView(
    'training_events',
    `SELECT event.*, ${selected.join(', ')}
     FROM profile_events AS event
     LEFT JOIN customer_spans AS customer
       ON customer.user_id = event.user_id
       AND event.occurred_at >= customer.span_start
       AND (customer.span_end IS NULL OR event.occurred_at < customer.span_end)`,
  );
  return columns;
}

function customerColumns(customers: LakeTable): readonly CustomerColumn[] {
  return customerAttributes(customers).map(({ name, type }) => {
    const column = `customer_${name}`;
    const numeric = type === 'integer' || type === 'bigint' || type === 'double';
    return { name: column, column, type: numeric ? 'double' : 'varchar' };
  });
}

function spans(customers: LakeTable): string {
  const values = customerAttributes(customers).map(({ name, type }, i) => {
    const numeric = type === 'integer' || type === 'bigint' || type === 'double';
    return `CAST(${name} AS ${numeric ? 'DOUBLE' : 'VARCHAR'}) AS c${i}`;
  });
  const start = hasValidFrom(customers) ? 'valid_from' : "TIMESTAMP '0001-01-01 00:00:00'";
  const end = hasValidFrom(customers)
    ? 'LEAD(valid_from) OVER (PARTITION BY user_id ORDER BY valid_from)'
    : 'CAST(NULL AS TIMESTAMP)';
  return `SELECT user_id, ${start} AS span_start, ${end} AS span_end, ${values.join(', ')} FROM customers`;
}
