/** A field of a data set of Personalize. */
export interface AvroField {
  readonly name: string;
  readonly type: string | readonly string[];
  readonly categorical?: true;
}

/** The kinds of data sets. */
export type DatasetKind = 'Interactions' | 'Items' | 'Users';

/**
 * The Avro schema of a data set as Personalize wants it.
 * Source: https://docs.aws.amazon.com/personalize/latest/dg/how-it-works-dataset-schema.html
 */
export function avroSchema(kind: DatasetKind, fields: readonly AvroField[]): string {
  const schema = { type: 'record', name: kind, namespace: 'com.amazonaws.personalize.schema', fields, version: '1.0' };
  return `${JSON.stringify(schema, undefined, 2)}\n`;
}

/** A field of labels, several separated by `|`. */
export function categoricalField(name: string): AvroField {
  return { name, type: ['null', 'string'], categorical: true };
}

/** A field of numbers. */
export function numberField(name: string): AvroField {
  return { name, type: ['null', 'double'] };
}

/** `price_range`, `price-range` and `Price.Range` all become `PRICE_RANGE`. */
export function fieldName(name: string): string {
  return name
    .replace(/[^A-Za-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .toUpperCase();
}
