import fc from 'fast-check';
import { emptyTile, type DayTile } from './day-tile';
import type { Decay } from './decay';
import { addNumber, emptyNumeric } from './numeric-state';
import { foldProfile, type DatedTile } from './profile-fold';
import { ProfileIndex } from './profile-index';
import { sameTile } from './tile-comparison.fixture';

const weights = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), fc.integer({ min: -3, max: 5 }));

const tile: fc.Arbitrary<DayTile> = fc
  .record({
    colour: fc.option(weights, { nil: undefined }),
    other: fc.integer({ min: 0, max: 2 }),
    prices: fc.array(fc.integer({ min: -10, max: 1_000 }), { maxLength: 4 }),
    items: fc.dictionary(
      fc.constantFrom('i1', 'i2', 'i3'),
      fc.record({ weight: fc.integer({ min: -1, max: 3 }), lastAtMs: fc.nat(1_000) }),
    ),
  })
  .map(({ colour, other, prices, items }) => {
    const made = emptyTile();
    made.eventCount = prices.length;
    if (colour !== undefined) {
      made.dimensions.set('colour', {
        kind: 'categorical',
        weights: new Map(Object.entries(colour)),
        otherWeight: other,
      });
    }
    const price = emptyNumeric();
    prices.forEach((value, i) => addNumber(price, value, i % 3 === 2 ? -1 : 1));
    if (prices.length > 0) made.dimensions.set('price', price);
    if (Object.keys(items).length > 0) {
      made.dimensions.set('item', { kind: 'item', items: new Map(Object.entries(items)), otherWeight: 0 });
    }
    return made;
  });

const tiles: fc.Arbitrary<DatedTile[]> = fc.array(fc.record({ day: fc.integer({ min: 0, max: 20 }), tile }), {
  maxLength: 12,
});

const decay: fc.Arbitrary<Decay> = fc.constantFrom(
  { kind: 'none' },
  { kind: 'exponential', halfLifeDays: 3 },
  { kind: 'linear', windowDays: 5 },
);

/** Without dimensions that hold nothing at all: a fold may leave them out. */
function bare(folded: DayTile): DayTile {
  const dimensions = [...folded.dimensions].filter(([, state]) =>
    state.kind === 'categorical'
      ? state.weights.size > 0 || state.otherWeight !== 0
      : state.kind === 'numeric' || state.items.size > 0,
  );
  return { ...folded, dimensions: new Map(dimensions) };
}

describe('ProfileIndex', () => {
  it('folds as foldProfile does, for any tiles and query', () => {
    const days = fc.integer({ min: -1, max: 21 });
    const dimensions = fc.option(fc.subarray(['colour', 'price', 'item']), { nil: undefined });
    fc.assert(
      fc.property(tiles, days, days, decay, dimensions, (dated, one, two, by, names) => {
        const query = {
          span: { first: Math.min(one, two), last: Math.max(one, two) },
          decay: by,
          ...(names === undefined ? {} : { dimensions: new Set(names) }),
        };
        const expected = foldProfile(dated, query);
        const actual = new ProfileIndex(dated).fold(query);
        expect(bare(actual.tile)).toEqual(sameTile(bare(expected.tile)));
        expect(actual.span).toEqual(expected.span);
      }),
      { numRuns: 500 },
    );
  });
});
