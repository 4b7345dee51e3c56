import { eventWeightOf } from '../event-weights';
import { schemaYaml, type DimensionDocument, type SchemaDocument } from '../schema-document';

const dimensions: readonly DimensionDocument[] = [
  { name: 'make', kind: 'categorical' },
  { name: 'model', kind: 'categorical' },
  { name: 'body', kind: 'categorical' },
  { name: 'fuel', kind: 'categorical' },
  { name: 'gearbox', kind: 'categorical' },
  { name: 'colour', kind: 'categorical' },
  { name: 'seller_type', kind: 'categorical' },
  { name: 'equipment', kind: 'categorical' },
  { name: 'price', kind: 'numeric' },
  {
    name: 'price_range',
    kind: 'range',
    source: 'price',
    edges: [2_500, 5_000, 10_000, 15_000, 20_000, 30_000, 50_000],
  },
  { name: 'mileage', kind: 'numeric' },
  { name: 'year', kind: 'numeric' },
  { name: 'power', kind: 'numeric' },
  { name: 'doors', kind: 'range', edges: [3, 4, 5] },
];

/** The schema of a generated marketplace over a period of so many days: all kinds of dimensions, by the wall clock. */
export function marketplaceSchema(days: number): SchemaDocument {
  const kept = Math.min(3_650, Math.max(90, Math.ceil(days) + 2));
  return {
    version: 'marketplace-1',
    event_types: Object.fromEntries(
      ['view', 'park', 'unpark', 'contact', 'purchase'].map((type) => [type, eventWeightOf(type)]),
    ),
    dimensions,
    retention_days: kept,
    allowed_lateness_days: kept,
    clock: 'wall',
  };
}

/** The same as the text of a schema file. */
export function marketplaceSchemaText(days: number): string {
  return schemaYaml(marketplaceSchema(days));
}
