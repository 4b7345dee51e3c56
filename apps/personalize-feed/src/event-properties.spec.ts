import type { AttributeValue } from '@affinity/domain';
import fc from 'fast-check';
import { eventProperties } from './event-properties';

const properties = (attributes: Record<string, AttributeValue>, first: string[] = []): unknown => {
  const text = eventProperties(new Map(Object.entries(attributes)), first);
  return text === undefined ? undefined : JSON.parse(text);
};

describe('eventProperties', () => {
  it('writes names in camelCase and values as Personalize takes them', () => {
    expect(
      properties({ body_type: 'van', 'price-eur': 900.5, used: true, features: ['abs', 'radio'], Make: 'A "B"' }),
    ).toEqual({ bodyType: 'van', priceEur: 900.5, used: 'true', features: 'abs|radio', make: 'A "B"' });
  });

  it('leaves out what Personalize forbids or could not read', () => {
    expect(properties({ user_id: 'u', USERID: 'u', Timestamp: 1, 'session.id': 's', empty: [], kept: 'x' })).toEqual({
      kept: 'x',
    });
    expect(properties({ userId: 'u' })).toBeUndefined();
    expect(properties({})).toBeUndefined();
  });

  it('keeps the dimensions first, then by name, and of equal keys the first', () => {
    const text = eventProperties(
      new Map([
        ['b', '1'],
        ['a_b', '2'],
        ['c', '3'],
        ['a-b', '4'],
      ]),
      ['c', 'absent', 'c'],
    );
    expect(text).toBe('{"c":"3","aB":"4","b":"1"}');
  });

  it('leaves out what does not fit, and takes what still does', () => {
    const found = properties({ a: 'x'.repeat(600), b: 'x'.repeat(600), c: 'small' });
    expect(found).toEqual({ a: 'x'.repeat(600), c: 'small' });
  });

  it('is a JSON object of at most 1,024 characters without reserved keys, whatever comes in', () => {
    const value = fc.oneof(
      fc.string({ maxLength: 300 }),
      fc.double(),
      fc.boolean(),
      fc.array(fc.string({ maxLength: 100 })),
    );
    const name = fc.oneof(fc.string(), fc.constantFrom('user_id', 'Impression', 'event-type', 'colour', 'price'));
    fc.assert(
      fc.property(fc.array(fc.tuple(name, value), { maxLength: 40 }), fc.array(name), (entries, first) => {
        const text = eventProperties(new Map(entries), first);
        if (text === undefined) return;
        expect(text.length).toBeLessThanOrEqual(1_024);
        const keys = Object.keys(JSON.parse(text) as object).map((key) => key.toLowerCase());
        expect(keys).not.toContain('userid');
        expect(keys).not.toContain('impression');
      }),
    );
  });
});
