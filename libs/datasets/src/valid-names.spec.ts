import fc from 'fast-check';
import { attributeNameOf, dimensionNameOf, eventTypeNameOf, untakenName } from './valid-names';

describe('valid names', () => {
  it('keeps what is valid already', () => {
    expect([attributeNameOf('sellerType'), dimensionNameOf('seller_type'), eventTypeNameOf('add_to_cart')]).toEqual([
      'sellerType',
      'seller_type',
      'add_to_cart',
    ]);
  });

  it('makes readable names of the rest', () => {
    expect([attributeNameOf('Price (EUR)'), dimensionNameOf('Price.EUR'), eventTypeNameOf('Add to Cart')]).toEqual([
      'Price_EUR_',
      'price_eur',
      'add_to_cart',
    ]);
  });

  it('makes a valid name of any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(attributeNameOf(text)).toMatch(/^[A-Za-z][A-Za-z0-9_.-]{0,63}$/);
        expect(dimensionNameOf(text)).toMatch(/^[a-z][a-z0-9_]{0,63}$/);
        expect(eventTypeNameOf(text)).toMatch(/^[a-z][a-z0-9_-]{0,63}$/);
      }),
    );
  });

  it('numbers names that are taken, within the length', () => {
    const taken = new Set(['price', 'price_2', 'x'.repeat(64)]);
    expect(untakenName('price', (name) => taken.has(name))).toBe('price_3');
    expect(untakenName('x'.repeat(64), (name) => taken.has(name))).toBe(`${'x'.repeat(62)}_2`);
  });
});
