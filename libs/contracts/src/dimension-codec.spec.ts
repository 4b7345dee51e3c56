import { addNumber, emptyNumeric, type DimensionState } from '@affinity/domain';
import fc from 'fast-check';
import { decodeDimension, toStoredDimension } from './dimension-codec';
import { encodeDimension } from './dimension-encoding';
import { StoredDimension } from './generated/affinity/storage/v1/tile';
import { decodeReadToken, encodeReadToken, mergeReadTokens } from './read-token';
import { messageId } from './message-id';
import { decodeWatermark, encodeWatermark } from './watermark';

const categorical: DimensionState = {
  kind: 'categorical',
  weights: new Map([
    ['red', 2.5],
    ['naïve 😀', -1],
  ]),
  otherWeight: 3,
};
const items: DimensionState = {
  kind: 'item',
  items: new Map([['car-7', { weight: 6, lastAtMs: 1_763_756_700_123 }]]),
  otherWeight: 0,
};
const numeric = ((): DimensionState => {
  const state = emptyNumeric();
  addNumber(state, 10, 1);
  addNumber(state, 20, 3);
  addNumber(state, 20, -1);
  return state;
})();

const population = ((): DimensionState => {
  const state = emptyNumeric();
  addNumber(state, 10, 2);
  addNumber(state, -3, 1);
  const sketch = { positive: new Map([[58, 2]]), negative: new Map([[28, 1]]), zero: 0.5 };
  return { ...state, sketch };
})();

/** Bytes as version 0.1 stored them: what is in a store must be read for ever, and rebuilds must give the same bytes. */
const stored: readonly (readonly [string, DimensionState, string])[] = [
  [
    'categorical',
    categorical,
    '0a2d0a037265640a0b6e61c3af766520f09f988012100000000000000440000000000000f0bf190000000000000840',
  ],
  [
    'numeric',
    numeric,
    '12550a2d090000000000001040110000000000803140190000000000c05240210000000000002440290000000000003440122409000000000000f03f110000000000003440210000000000003440290000000000003440',
  ],
  [
    'numeric population',
    population,
    '12560a2d09000000000000084011abaaaaaaaaaa164019abaaaaaaaa2a5c402100000000000008c029000000000000244012001a230a0174120800000000000000401a01382208000000000000f03f29000000000000e03f',
  ],
  ['item', items, '1a190a056361722d37120800000000000018401a06dbe3ddc0aa33'],
];

describe('the stored encoding of a dimension', () => {
  it.each(stored)('of a %s state is what it always was', (_, state, hex) => {
    expect(Buffer.from(encodeDimension(state)).toString('hex')).toBe(hex);
    expect(decodeDimension(Buffer.from(hex, 'hex'))).toEqual(state);
  });

  it('is what the generated code writes', () => {
    const number = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
      fc.constantFrom(0, 1),
    );
    const text = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.string({ minLength: 120, maxLength: 140 }));
    const atMs = fc.oneof(fc.maxSafeNat(), fc.integer(), fc.constantFrom(0, 127, 128, 16_383, 16_384));
    const moments = fc.record({ weight: number, mean: number, m2: number, min: number, max: number });
    const bins = fc.uniqueArray(fc.tuple(fc.integer({ min: -9_000, max: 9_000 }), number), {
      selector: ([key]) => key,
    });
    const sketch = fc
      .record({ positive: bins, negative: bins, zero: number })
      .map(({ positive, negative, zero }) => ({ positive: new Map(positive), negative: new Map(negative), zero }));
    const state: fc.Arbitrary<DimensionState> = fc.oneof(
      fc
        .record({ weights: fc.array(fc.tuple(text, number), { maxLength: 40 }), otherWeight: number })
        .map(({ weights, otherWeight }) => ({ kind: 'categorical' as const, weights: new Map(weights), otherWeight })),
      fc
        .record({ items: fc.array(fc.tuple(text, number, atMs), { maxLength: 40 }), otherWeight: number })
        .map(({ items: entries, otherWeight }) => ({
          kind: 'item' as const,
          items: new Map(entries.map(([id, weight, lastAtMs]) => [id, { weight, lastAtMs }])),
          otherWeight,
        })),
      fc
        .record({ added: moments, removed: moments, sketch: fc.option(sketch, { nil: undefined }) })
        .map(({ added, removed, sketch: kept }) => ({
          kind: 'numeric' as const,
          added,
          removed,
          ...(kept && { sketch: kept }),
        })),
    );
    fc.assert(
      fc.property(state, (made) => {
        const generated = StoredDimension.encode(toStoredDimension(made)).finish();
        expect(Buffer.from(encodeDimension(made)).equals(generated)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it('passes over fields that a later version added', () => {
    const [, state, hex] = stored[0]!;
    const withNewField = Buffer.concat([Buffer.from(hex, 'hex'), Buffer.from('9a0603616263', 'hex')]);
    expect(decodeDimension(withNewField)).toEqual(state);
    expect(decodeDimension(Buffer.from('9a0603616263', 'hex'))).toBeUndefined();
  });

  it('gives back any state', () => {
    // Protobuf keeps no negative zero.
    const weight = fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0);
    const state = fc.record({ values: fc.uniqueArray(fc.string()), weight, otherWeight: weight });
    fc.assert(
      fc.property(state, ({ values, weight: each, otherWeight }) => {
        const made: DimensionState = {
          kind: 'categorical',
          weights: new Map(values.map((value) => [value, each])),
          otherWeight,
        };
        expect(decodeDimension(encodeDimension(made))).toEqual(made);
      }),
    );
  });
});

describe('tokens, watermarks and message ids', () => {
  it('survive being carried around', () => {
    const token = new Map([
      [3, { sequence: 9, publishedAtMs: 1_000 }],
      [31, { sequence: 1, publishedAtMs: 2_000 }],
    ]);
    expect(decodeReadToken(encodeReadToken(token))).toEqual(token);
    expect(decodeReadToken('')).toEqual(new Map());
    for (const text of ['x', 'MX4xLjI', Buffer.from('2~1.2.3').toString('base64url')])
      expect(decodeReadToken(text)).toBeUndefined();
    const later = new Map([[3, { sequence: 12, publishedAtMs: 3_000 }]]);
    expect(mergeReadTokens(token, later).get(3)).toEqual({ sequence: 12, publishedAtMs: 3_000 });
    const mark = { sequence: 7, timestampNs: 1_763_756_700_123_456_789n };
    expect(decodeWatermark(encodeWatermark(mark))).toEqual(mark);
    expect(decodeWatermark(Buffer.from('nonsense'))).toBeUndefined();
  });

  it('tell pairs apart whose texts run together', () => {
    expect(messageId('a', 'bc')).not.toBe(messageId('ab', 'c'));
    expect(messageId('a', 'bc')).toBe(messageId('a', 'bc'));
    expect(messageId('a', 'bc')).toMatch(/^[\w-]{43}$/);
  });
});
