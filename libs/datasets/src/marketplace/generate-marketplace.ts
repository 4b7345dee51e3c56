import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { truthColumns, type TrueTaste } from '../true-taste';
import { writeCsv } from './csv-writing';
import { drawMarketplace, type MarketplaceOptions } from './marketplace';
import { marketplaceSchemaText } from './marketplace-schema';
import type { SessionEvent } from './session-events';
import { vehicleColumns, vehicleFields } from './vehicle-attributes';

const eventColumns = ['user_id', 'item_id', 'timestamp', 'event_type', 'session_id'];

/**
 * Draws a marketplace and writes it as a data set folder, which is made where it is missing: items.csv.gz,
 * interactions.csv.gz, schema.yaml, truth.csv.gz. Files of those names are replaced.
 */
export async function generateMarketplace(dir: string, options: MarketplaceOptions): Promise<void> {
  const { vehicles, events, truth } = drawMarketplace(options);
  await mkdir(dir, { recursive: true });
  await writeCsv(join(dir, 'items.csv.gz'), table(vehicleColumns, vehicles, vehicleFields));
  await writeCsv(join(dir, 'interactions.csv.gz'), table(eventColumns, events, eventFields));
  await writeCsv(join(dir, 'truth.csv.gz'), table(truthColumns, truth, truthFields));
  await writeFile(join(dir, 'schema.yaml'), marketplaceSchemaText(options.days));
}

function* table<T>(
  columns: readonly string[],
  records: Iterable<T>,
  fieldsOf: (record: T) => readonly string[],
): Iterable<readonly string[]> {
  yield columns;
  for (const record of records) yield fieldsOf(record);
}

function eventFields({ userId, itemId, occurredAtMs, eventType, sessionId }: SessionEvent): readonly string[] {
  return [userId, itemId, String(occurredAtMs / 1_000), eventType, sessionId];
}

function truthFields({ userId, taste, drift }: TrueTaste): readonly string[] {
  const change = drift === undefined ? ['', ''] : [String(drift.atMs / 1_000), JSON.stringify(drift.taste)];
  return [userId, JSON.stringify(taste), ...change];
}
