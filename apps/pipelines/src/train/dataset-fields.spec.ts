import { avroSchema, categoricalField, numberField, type AvroField } from '../lake/export/avro-schema';
import { fieldChange } from './dataset-fields';

const id = { name: 'ITEM_ID', type: 'string' };
const colour = categoricalField('COLOUR');
const price = numberField('PRICE');
const schema = (...fields: readonly AvroField[]): string => avroSchema('Items', fields);

describe('fieldChange', () => {
  it('sees what is the same, and what has more that may be null', () => {
    expect(fieldChange('Items', { has: schema(id, colour), wanted: schema(id, colour) })).toBe('same');
    expect(fieldChange('Items', { has: schema(id, colour), wanted: schema(id, price, colour) })).toBe('wider');
  });

  it.each([
    ['Items', schema(id, colour), schema(id, price), 'COLOUR cannot be taken away or change its type'],
    [
      'Items',
      schema(id, price),
      schema(id, categoricalField('PRICE')),
      'PRICE cannot be taken away or change its type',
    ],
    ['Items', schema(id), schema(id, { name: 'AGE', type: 'int' }), 'AGE is new and cannot be null'],
    ['Interactions', schema(id), schema(id, price), 'columns of interactions are for ever'],
  ] as const)('says what Personalize refuses, of %s', (kind, has, wanted, refused) => {
    expect(fieldChange(kind, { has, wanted })).toEqual({ refused });
  });
});
