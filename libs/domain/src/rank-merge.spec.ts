import fc from 'fast-check';
import { mergeLogLinear, mergeRanks, mergeReciprocalRanks, type MergeCandidate } from './rank-merge';

const even = { base: 1, popularity: 1, preference: 1 };
const red = (contribution: number) => ({ dimension: 'colour', value: 'red', contribution });
const cheap = (contribution: number) => ({ dimension: 'price', value: '900', contribution });
const ids = (items: readonly { readonly itemId: string }[]): string[] => items.map(({ itemId }) => itemId);

const part = fc.record({
  dimension: fc.constantFrom('colour', 'price', 'make'),
  value: fc.string(),
  contribution: fc.double({ min: -5, max: 5, noNaN: true }),
});
const candidate = fc.record({
  baseScore: fc.option(fc.double({ min: 1e-9, max: 1, noNaN: true }), { nil: undefined }),
  popularity: fc.option(fc.double({ min: 1e-9, max: 1e6, noNaN: true }), { nil: undefined }),
  preference: fc.option(fc.array(part, { maxLength: 4 }), { nil: undefined }),
});
const candidates = fc
  .array(candidate, { maxLength: 30 })
  .map((entries): MergeCandidate[] =>
    entries.map((entry, i) => ({ ...entry, itemId: `i${i}`, baseRank: entry.baseScore && i + 1 })),
  );

describe.each([
  ['mergeLogLinear', mergeLogLinear],
  ['mergeReciprocalRanks', mergeReciprocalRanks],
])('%s', (_, merge) => {
  it('returns every candidate once, by falling score, its parts adding up to it exactly', () => {
    fc.assert(
      fc.property(candidates, (given) => {
        const merged = merge(given, even);
        expect(ids(merged).sort()).toEqual(ids(given).sort());
        for (const { score, parts } of merged) {
          expect(parts.reduce((sum, { contribution }) => sum + contribution, 0)).toBe(score);
        }
        const scores = merged.map(({ score }) => score);
        expect(scores).toEqual([...scores].sort((a, b) => b - a));
      }),
    );
  });

  it('keeps the order of the base list when preferences tell nothing apart', () => {
    const given = ['c', 'a', 'b'].map((itemId, i) => ({
      itemId,
      baseRank: i + 1,
      baseScore: 1 / (i + 1),
      preference: [],
    }));
    expect(ids(merge(given, even))).toEqual(['c', 'a', 'b']);
  });

  it('puts what neither side knows last', () => {
    const given = [
      { itemId: 'unknown' },
      { itemId: 'disliked', preference: [red(-4)] },
      { itemId: 'x', baseRank: 1, baseScore: 1 },
    ];
    expect(ids(merge(given, even)).at(-1)).toBe('unknown');
  });
});

describe('mergeLogLinear', () => {
  const given: MergeCandidate[] = [
    { itemId: 'a', baseRank: 1, baseScore: Math.exp(2), preference: [red(-1), cheap(0)] },
    { itemId: 'b', baseRank: 2, baseScore: Math.exp(0), preference: [red(2), cheap(1)] },
  ];

  it('standardises the logarithm of the base score, and scales preferences by their deviation', () => {
    // Logs 2 and 0: mean 1, deviation 1. Preferences -1 and 3: deviation 2.
    expect(mergeLogLinear(given, { base: 1, popularity: 1, preference: 4 })).toEqual([
      {
        itemId: 'b',
        score: 5,
        parts: [
          { kind: 'base', contribution: -1 },
          { kind: 'preference', dimension: 'colour', value: 'red', contribution: 4 },
          { kind: 'preference', dimension: 'price', value: '900', contribution: 2 },
        ],
      },
      {
        itemId: 'a',
        score: -1,
        parts: [
          { kind: 'base', contribution: 1 },
          { kind: 'preference', dimension: 'colour', value: 'red', contribution: -2 },
          { kind: 'preference', dimension: 'price', value: '900', contribution: 0 },
        ],
      },
    ]);
  });

  it('adds the standardised logarithm of the popularity, the lowest where it is not known', () => {
    // Logs 4, 0 and, standing with the lowest, 0: mean 2 and deviation 2 of the known ones.
    const popular = [
      { itemId: 'a', popularity: Math.exp(4), preference: [] },
      { itemId: 'b', popularity: 1, preference: [] },
      { itemId: 'c', preference: [] },
    ];
    const merged = mergeLogLinear(popular, { base: 1, popularity: 3, preference: 1 });
    expect(merged.map(({ itemId, score }) => [itemId, score])).toEqual([
      ['a', 3],
      ['b', -3],
      ['c', -3],
    ]);
    expect(merged[0]?.parts).toEqual([{ kind: 'popularity', contribution: 3 }]);
    expect(mergeLogLinear(popular, { base: 1, popularity: 0, preference: 1 })[0]?.parts).toEqual([]);
  });

  it('does not blow up preferences that hardly differ', () => {
    const close = [red(0.001), red(0)].map((preference, i) => ({ itemId: `${i}`, preference: [preference] }));
    expect(mergeLogLinear(close, even)[0]?.score).toBeCloseTo(0.01);
  });

  it('stands an item that the base list does not name with its lowest', () => {
    const merged = mergeLogLinear([...given, { itemId: 'c', preference: [red(0)] }], even);
    const baseOf = (itemId: string) => merged.find((item) => item.itemId === itemId)?.parts[0]?.contribution;
    expect(baseOf('c')).toBe(baseOf('b'));
  });
});

describe('mergeReciprocalRanks', () => {
  it('adds reciprocal ranks and divides the preference among the dimensions that speak for the item', () => {
    const merged = mergeReciprocalRanks(
      [
        { itemId: 'a', baseRank: 1, preference: [red(-1)] },
        { itemId: 'b', baseRank: 2, preference: [red(3), cheap(1)] },
      ],
      even,
    );
    expect(merged[0]).toEqual({
      itemId: 'a',
      score: 1 / 61 + 1 / 62,
      parts: [
        { kind: 'base', contribution: 1 / 61 },
        { kind: 'preference', dimension: '', value: '', contribution: 1 / 62 },
      ],
    });
    expect(merged[1]?.parts.map(({ contribution }) => contribution)).toEqual([
      1 / 62,
      (1 / 61) * 0.75,
      (1 / 61) * 0.25,
    ]);
  });

  it('adds reciprocal ranks by popularity', () => {
    const given = [
      { itemId: 'a', baseRank: 1, popularity: 1 },
      { itemId: 'b', baseRank: 2, popularity: 9 },
      { itemId: 'c', popularity: 9 },
    ];
    expect(mergeReciprocalRanks(given, { base: 1, popularity: 2, preference: 1 })).toEqual([
      {
        itemId: 'b',
        score: 1 / 62 + 2 / 61,
        parts: [
          { kind: 'base', contribution: 1 / 62 },
          { kind: 'popularity', contribution: 2 / 61 },
        ],
      },
      {
        itemId: 'a',
        score: 1 / 61 + 2 / 63,
        parts: [
          { kind: 'base', contribution: 1 / 61 },
          { kind: 'popularity', contribution: 2 / 63 },
        ],
      },
      { itemId: 'c', score: 2 / 61, parts: [{ kind: 'popularity', contribution: 2 / 61 }] },
    ]);
  });

  it('lets equal preferences share a rank', () => {
    const merged = mergeReciprocalRanks(
      [
        { itemId: 'a', preference: [] },
        { itemId: 'b', preference: [] },
      ],
      even,
    );
    expect(merged.map(({ score }) => score)).toEqual([1 / 61, 1 / 61]);
  });
});

describe('mergeRanks', () => {
  it('fuses ranks as soon as the base list lacks a score', () => {
    expect(mergeRanks([{ itemId: 'a', baseRank: 1 }], even)[0]?.score).toBe(1 / 61);
    expect(mergeRanks([{ itemId: 'a', baseRank: 1, baseScore: 0.5 }], even)[0]?.score).toBe(0);
  });
});
