import { createHash } from 'node:crypto';
import { itemDimensionName } from '@affinity/domain';
import { DatasetError } from './errors';
import { eventWeightOf } from './event-weights';
import { attributeNames, typeOfColumn, whyNoDimension, whyUnusable } from './item-columns';
import { defaultEventType } from './interaction-rows';
import type { DimensionDocument, SchemaDocument } from './schema-document';
import type { CatalogueSurvey, InteractionSurvey } from './survey';
import type { ColumnSurvey } from './column-survey';
import { dimensionNameOf, untakenName } from './valid-names';

/** A schema made from a data set's columns, and why some of them give no dimension. */
export interface DerivedSchema {
  readonly document: SchemaDocument;
  readonly notes: readonly string[];
}

/** The longest lateness that a schema allows: 100 years, so that historical events are taken in whenever they are replayed. */
const latenessDays = 36_500;

/** A column of no more different numbers than this, each many times, is a choice of one of them, as numbers of doors are. */
const maxChoices = 20;
const leastOfEachChoice = 5;
/** Parts of about the same size that the items' numbers are put into. */
const ranges = 10;

/**
 * Makes a schema for a data set without one. A categorical dimension for each column of few different numbers or texts (several
 * in a field for a list), none for titles and descriptions. Two for each other column of numbers: a numeric one that describes,
 * and one of ranges that ranks, because a mean and a variance say little of prices, which are neither normally distributed nor
 * free of typing errors. Event types with `knownEventWeights`; caps that the busiest visitor's day does not reach, as far as a
 * schema allows. The same data set always gives the same schema. Throws DatasetError when no column of the catalogue gives a
 * dimension.
 */
export function deriveSchema(catalogue: CatalogueSurvey, interactions: InteractionSurvey): DerivedSchema {
  const { dimensions, notes } = deriveDimensions(catalogue);
  if (dimensions.length === 0) {
    throw new DatasetError(
      { file: 'items.csv' },
      ['no column gives a dimension; write a schema.yaml', ...notes].join('; '),
    );
  }
  const content = {
    event_types: weightsOf(interactions.eventTypes),
    dimensions,
    item_cap: clamp(interactions.busiestVisitorDay, 1_000, 5_000),
    retention_days: clamp(daysCovered(interactions), 90, 3_650),
    allowed_lateness_days: latenessDays,
    clock: 'newest-event' as const,
  };
  return { document: { version: versionOf(content), ...content }, notes };
}

function deriveDimensions(catalogue: CatalogueSurvey): {
  readonly dimensions: readonly DimensionDocument[];
  readonly notes: readonly string[];
} {
  const dimensions: DimensionDocument[] = [];
  const notes: string[] = [];
  const isTaken = (name: string): boolean =>
    name === itemDimensionName || dimensions.some((dimension) => dimension.name === name);
  const names = attributeNames([...catalogue.columns.keys()]);
  [...catalogue.columns].forEach(([column, survey], i) => {
    const source = names[i] ?? column;
    const reason = whyIgnored(column, survey);
    if (reason === undefined) dimensions.push(...dimensionsOf({ column, source, survey, isTaken }));
    else notes.push(`items column ${column} gives no dimension: ${reason}`);
  });
  return { dimensions, notes };
}

function whyIgnored(column: string, survey: ColumnSurvey): string | undefined {
  const unusable = whyUnusable(survey);
  if (unusable !== undefined) return unusable;
  return typeOfColumn(column, survey) === 'number' ? undefined : whyNoDimension(survey);
}

interface ColumnToDerive {
  readonly column: string;
  readonly source: string;
  readonly survey: ColumnSurvey;
  readonly isTaken: (name: string) => boolean;
}

function dimensionsOf({ column, source, survey, isTaken }: ColumnToDerive): readonly DimensionDocument[] {
  const name = untakenName(dimensionNameOf(source), isTaken);
  const base = name === source ? { name } : { name, source };
  if (typeOfColumn(column, survey) !== 'number' || isChoice(survey))
    return [{ ...base, kind: 'categorical', cap: clamp(survey.distinct.size, 200, 2_000) }];
  const edges = survey.numbers.edges(ranges);
  if (edges.length === 0) return [{ ...base, kind: 'numeric' }];
  const range = untakenName(dimensionNameOf(`${source}_range`), isTaken);
  return [
    { ...base, kind: 'numeric', ranking_weight: 0 },
    { name: range, source, kind: 'range', edges },
  ];
}

function isChoice({ distinct, filled }: ColumnSurvey): boolean {
  return distinct.size <= maxChoices && filled >= leastOfEachChoice * distinct.size;
}

function weightsOf(eventTypes: readonly string[]): Record<string, number> {
  const types = eventTypes.length === 0 ? [defaultEventType] : eventTypes;
  return Object.fromEntries(types.map((type) => [type, eventWeightOf(type)]));
}

function daysCovered({ days }: InteractionSurvey): number {
  return days === undefined ? 0 : days.last - days.first + 1;
}

function versionOf(content: unknown): string {
  return `derived-${createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 12)}`;
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
