import type { AttributeType, AttributeValue } from '@affinity/domain';
import { requiredColumn } from './column-index';
import { maxTextBytes, valuesOf } from './column-survey';
import type { CsvFile } from './csv-file';
import { DatasetError, quoted, type DatasetPlace } from './errors';
import type { ItemColumn } from './item-columns';
import { numberOf } from './number-text';

/** One item of a data set's catalogue. */
export interface CatalogueItem {
  readonly itemId: string;
  /** By attribute name; empty fields are absent. */
  readonly attributes: ReadonlyMap<string, AttributeValue>;
}

/** The most values of a list attribute. */
const maxListValues = 64;

/** The items of a catalogue, streaming. A repeated `item_id` replaces the earlier item for whoever stores them. Throws DatasetError. */
export async function* readItems(file: CsvFile, columns: readonly ItemColumn[]): AsyncIterable<CatalogueItem> {
  const idOf = requiredColumn(file, 'item_id');
  for await (const row of file.rows()) {
    const place = { file: file.name, line: row.line };
    const itemId = checkId(idOf(row), { ...place, column: 'item_id' });
    const attributes = new Map<string, AttributeValue>();
    for (const { column, index, attribute, type } of columns) {
      const value = attributeOf(row.fields[index] ?? '', type, { ...place, column });
      if (value !== undefined) attributes.set(attribute, value);
    }
    yield { itemId, attributes };
  }
}

/** An id as a data set may hold it: 1 to 256 characters. Throws DatasetError otherwise. */
export function checkId(id: string, place: DatasetPlace): string {
  if (id === '') throw new DatasetError(place, 'is empty');
  if (id.length > 256) throw new DatasetError(place, `has ${id.length} characters, at most 256 are allowed`);
  return id;
}

function attributeOf(field: string, type: AttributeType, place: DatasetPlace): AttributeValue | undefined {
  if (field === '') return undefined;
  switch (type) {
    case 'number':
      return numberIn(field, place);
    case 'bool':
      return truthIn(field, place);
    case 'string':
      return checkText(field, place);
    case 'list':
      return listIn(field, place);
  }
}

function numberIn(field: string, place: DatasetPlace): number {
  const value = numberOf(field);
  if (value === undefined) throw new DatasetError(place, `must be a number, is ${quoted(field)}`);
  return value;
}

function truthIn(field: string, place: DatasetPlace): boolean {
  if (/^(true|1|yes)$/i.test(field)) return true;
  if (/^(false|0|no)$/i.test(field)) return false;
  throw new DatasetError(place, `must be true or false, is ${quoted(field)}`);
}

function listIn(field: string, place: DatasetPlace): readonly string[] {
  const values = valuesOf(field).map((value) => checkText(value, place));
  if (values.length > maxListValues) {
    throw new DatasetError(place, `has ${values.length} values, at most ${maxListValues} are allowed`);
  }
  return values;
}

function checkText(text: string, place: DatasetPlace): string {
  const bytes = Buffer.byteLength(text);
  if (bytes <= maxTextBytes) return text;
  throw new DatasetError(place, `has ${bytes} bytes, at most ${maxTextBytes} are allowed`);
}
