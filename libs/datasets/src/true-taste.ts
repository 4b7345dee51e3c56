import { requiredColumn } from './column-index';
import type { CsvFile } from './csv-file';
import { DatasetError, type DatasetPlace } from './errors';
import { checkId } from './item-rows';
import { numberOf } from './number-text';

/** What a visitor was made to prefer. */
export interface Taste {
  /** Probability of each value, by attribute; each attribute's sum to 1. */
  readonly categorical: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Mean and standard deviation, by attribute, in the attribute's unit. */
  readonly numeric: Readonly<Record<string, { readonly mean: number; readonly sd: number }>>;
}

/** The taste, or the two tastes, that a visitor's interactions were drawn from. */
export interface TrueTaste {
  readonly userId: string;
  readonly taste: Taste;
  /** Absent when the taste never changed. */
  readonly drift?: { readonly atMs: number; readonly taste: Taste };
}

/** The columns of a truth file. */
export const truthColumns = ['user_id', 'taste_json', 'drift_timestamp', 'taste_after_json'] as const;

/** A file that tells about categorical attributes alone may name its columns so, each with that part of the JSON. */
const categoricalColumns = [
  'user_id',
  'taste_categorical_json',
  'drift_timestamp',
  'taste_categorical_after_json',
] as const;

/** The true tastes of a truth file, streaming. Throws DatasetError. */
export async function* readTruth(file: CsvFile): AsyncIterable<TrueTaste> {
  const onlyCategorical = file.columns.includes(categoricalColumns[1]);
  const columns = onlyCategorical ? categoricalColumns : truthColumns;
  const [user, before, drift, after] = columns.map((column) => requiredColumn(file, column));
  if (!user || !before || !drift || !after) return;
  const tasteOf = onlyCategorical ? categoricalTasteIn : tasteIn;
  for await (const row of file.rows()) {
    const at = (column: string): DatasetPlace => ({ file: file.name, line: row.line, column });
    const userId = checkId(user(row), at('user_id'));
    const taste = tasteOf(before(row), at(columns[1]));
    if (drift(row) === '') yield { userId, taste };
    else
      yield {
        userId,
        taste,
        drift: { atMs: driftTimeIn(drift(row), at(columns[2])), taste: tasteOf(after(row), at(columns[3])) },
      };
  }
}

function driftTimeIn(time: string, place: DatasetPlace): number {
  const seconds = numberOf(time);
  if (seconds === undefined) throw new DatasetError(place, 'must be epoch seconds');
  return seconds * 1_000;
}

function categoricalTasteIn(text: string, place: DatasetPlace): Taste {
  return tasteIn(`{"categorical":${text},"numeric":{}}`, place);
}

function tasteIn(text: string, place: DatasetPlace): Taste {
  try {
    const value: unknown = JSON.parse(text);
    if (isTaste(value)) return value;
  } catch {
    // Not JSON at all: the same error as JSON of another shape.
  }
  throw new DatasetError(
    place,
    'must be JSON like {"categorical":{"colour":{"red":1}},"numeric":{"price":{"mean":1,"sd":1}}}',
  );
}

function isTaste(value: unknown): value is Taste {
  if (!isRecord(value)) return false;
  const { categorical, numeric } = value;
  return isRecord(categorical) && isRecord(numeric) && [categorical, numeric].every(isRecordOfRecords);
}

function isRecordOfRecords(value: Record<string, unknown>): boolean {
  return Object.values(value).every(
    (inner) => isRecord(inner) && Object.values(inner).every((number) => typeof number === 'number'),
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
