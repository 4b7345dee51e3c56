import { schemaOfYaml, schemaYaml } from '../schema-document';
import { marketplaceSchema } from './marketplace-schema';
import { vehicleColumns } from './vehicle-attributes';

describe('marketplaceSchema', () => {
  it('is a valid schema whose dimensions all read a column of the catalogue', () => {
    const schema = schemaOfYaml(schemaYaml(marketplaceSchema(30)), 'schema.yaml');
    const sources = schema.dimensions.flatMap((dimension) => (dimension.kind === 'item' ? [] : [dimension.source]));
    expect(sources.filter((source) => !vehicleColumns.includes(source))).toEqual([]);
    expect(new Set(schema.dimensions.map((dimension) => dimension.kind)).size).toBe(4);
  });

  it('takes in and keeps all days of the period', () => {
    const schema = schemaOfYaml(schemaYaml(marketplaceSchema(365)), 'schema.yaml');
    expect(schema.retentionDays).toBeGreaterThan(365);
    expect(schema.allowedLatenessMs).toBeGreaterThan(365 * 86_400_000);
  });
});
