import { NumberSample } from './number-sample';
import { numberOf } from './number-text';

/** Texts longer than this cannot be attributes; bytes of UTF-8. */
export const maxTextBytes = 256;

/** The most different texts that are told apart in one column. */
export const maxDistinctTexts = 10_000;

/** Separates several values in one field. */
export const valueSeparator = '|';

/** What was seen in one column; memory is bounded by `maxDistinctTexts` texts of `maxTextBytes`. */
export interface ColumnSurvey {
  /** Fields that hold anything. */
  filled: number;
  /** Whether every filled field is a finite number. */
  numeric: boolean;
  /** The numbers among them. */
  readonly numbers: NumberSample;
  /** Whether any field holds several values. */
  list: boolean;
  /** Whether any single value is longer than `maxTextBytes`. */
  overlong: boolean;
  /** The different values, at most one more than `maxDistinctTexts` of them. */
  readonly distinct: Set<string>;
}

/** A survey of no field. */
export function emptySurvey(): ColumnSurvey {
  return { filled: 0, numeric: true, numbers: new NumberSample(), list: false, overlong: false, distinct: new Set() };
}

/** Adds one field to a survey; empty fields say nothing. */
export function surveyField(survey: ColumnSurvey, field: string): void {
  if (field === '') return;
  survey.filled += 1;
  const number = survey.numeric ? numberOf(field) : undefined;
  if (number === undefined) survey.numeric = false;
  else survey.numbers.add(number);
  if (field.includes(valueSeparator)) survey.list = true;
  for (const value of valuesOf(field)) surveyValue(survey, value);
}

/** The values of a field, split at `|`; empty ones are left out. */
export function valuesOf(field: string): readonly string[] {
  if (!field.includes(valueSeparator)) return field === '' ? [] : [field];
  return field.split(valueSeparator).filter((value) => value !== '');
}

function surveyValue(survey: ColumnSurvey, value: string): void {
  if (Buffer.byteLength(value) > maxTextBytes) survey.overlong = true;
  else if (survey.distinct.size <= maxDistinctTexts) survey.distinct.add(value);
}
