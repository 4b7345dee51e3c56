import type { Schema } from '@affinity/domain';
import { lakeQueries, openSqlEngine, type SqlEngine } from '@affinity/lake';
import { attributesOf, profileEvent, profileEventsQuery } from '../../lake/training/profile-events';
import { defineEvents, wholeDays, type EventDays } from '../../lake/events-table';
import type { LakeCommandContext } from '../../lake/lake-command';
import type { Catalogue } from './catalogue';
import { inOrderOfTime, replayedEvent, type EvaluationData, type ReplayedEvent } from './replayed-event';

/**
 * What happened on curated days, and the items that it was about, each with the attributes that its newest event has. Throws
 * FAILED_PRECONDITION when a day has events and was not curated.
 */
export async function readLakeData(
  { config, store, progress }: LakeCommandContext,
  days: Required<Pick<EventDays, 'from' | 'to'>>,
): Promise<EvaluationData> {
  const manifests = await wholeDays(store, { prefix: config.lakePrefix, ...days });
  progress(`reading ${manifests.length} days of ${config.lakePrefix}`);
  const engine = await openSqlEngine(store, config);
  try {
    await defineEvents(engine, manifests);
    await engine.defineView('profile_events', lakeQueries.profileEvents);
    const events = await readEvents(engine, config.schema);
    return { schema: config.schema, catalogue: await readCatalogue(engine), events };
  } finally {
    await engine.close();
  }
}

async function readEvents(engine: SqlEngine, schema: Schema): Promise<readonly ReplayedEvent[]> {
  const events: ReplayedEvent[] = [];
  for await (const row of engine.rows(profileEventsQuery('profile_events', { where: 'WHERE item_id IS NOT NULL' }))) {
    const event = replayedEvent(profileEvent(row).interaction, schema);
    if (event !== undefined) events.push(event);
  }
  return inOrderOfTime(events);
}

async function readCatalogue(engine: SqlEngine): Promise<Catalogue> {
  const catalogue = new Map<string, ReturnType<typeof attributesOf>>();
  for await (const row of engine.rows(lakeQueries.exportedItems))
    catalogue.set(String(row['item_id']), attributesOf(row['attributes']));
  return catalogue;
}
