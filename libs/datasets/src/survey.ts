import { dayOf, type Day } from '@affinity/domain';
import { BusiestDay } from './busiest-day';
import { emptySurvey, surveyField, type ColumnSurvey } from './column-survey';
import type { CsvFile } from './csv-file';
import { readInteractions } from './interaction-rows';

/** What one pass over the catalogue found. */
export interface CatalogueSurvey {
  readonly itemCount: number;
  /** By column, in the order of the header, without `item_id`. */
  readonly columns: ReadonlyMap<string, ColumnSurvey>;
}

/** What one pass over the interactions found. */
export interface InteractionSurvey {
  readonly interactionCount: number;
  /** Sorted by name. */
  readonly eventTypes: readonly string[];
  /** First and last UTC day; undefined when there is no interaction. */
  readonly days: { readonly first: Day; readonly last: Day } | undefined;
  /** Most events of one visitor on one day, or somewhat more. */
  readonly busiestVisitorDay: number;
}

/** Reads a catalogue once, in bounded memory. Throws DatasetError. */
export async function surveyCatalogue(file: CsvFile): Promise<CatalogueSurvey> {
  const surveys = file.columns.map(emptySurvey);
  let itemCount = 0;
  for await (const { fields } of file.rows()) {
    itemCount += 1;
    surveys.forEach((survey, i) => surveyField(survey, fields[i] ?? ''));
  }
  const pairs = file.columns.map((column, i) => [column, surveys[i] ?? emptySurvey()] as const);
  return { itemCount, columns: new Map(pairs.filter(([column]) => column !== 'item_id')) };
}

/** Reads interactions once, in bounded memory, checking every row. Throws DatasetError. */
export async function surveyInteractions(file: CsvFile): Promise<InteractionSurvey> {
  const eventTypes = new Set<string>();
  const busiest = new BusiestDay();
  let interactionCount = 0;
  let first = Infinity;
  let last = -Infinity;
  for await (const { eventType, userId, sessionId, occurredAtMs } of readInteractions(file)) {
    const day = dayOf(occurredAtMs);
    interactionCount += 1;
    eventTypes.add(eventType);
    busiest.add(userId || sessionId, day);
    first = Math.min(first, day);
    last = Math.max(last, day);
  }
  return {
    interactionCount,
    eventTypes: [...eventTypes].sort(),
    days: interactionCount === 0 ? undefined : { first, last },
    busiestVisitorDay: busiest.upperBound,
  };
}
