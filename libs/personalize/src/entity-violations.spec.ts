import { entityViolations } from './entity-violations';

const entity = { id: 'a', properties: '{"colour":"red"}' };

describe('entityViolations', () => {
  it('finds nothing wrong with up to ten entities within the limits', () => {
    expect(
      entityViolations(
        'item',
        Array.from({ length: 10 }, (_, i) => ({ ...entity, id: `${i}` })),
      ),
    ).toEqual([]);
    expect(entityViolations('user', [{ id: 'u' }])).toEqual([]);
  });

  it('names each field that breaks a limit', () => {
    expect(entityViolations('item', [])).toEqual([{ field: 'items', description: 'must have 1 to 10 entries, has 0' }]);
    expect(entityViolations('user', [{ id: '', properties: 'x'.repeat(24_001) }])).toEqual([
      { field: 'users[0].userId', description: 'must have 1 to 256 characters, has 0' },
      { field: 'users[0].properties', description: 'must have 1 to 24000 characters, has 24001' },
    ]);
    expect(entityViolations('item', [{ id: 'a', properties: 'x'.repeat(24_001) }])).toEqual([]);
  });
});
