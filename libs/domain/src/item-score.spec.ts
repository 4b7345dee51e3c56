import { emptyTile, type DayTile } from './day-tile';
import type { AttributeValue } from './interaction';
import { preferencesOf, scoreItem } from './item-score';
import { addNumber, emptyNumeric } from './numeric-state';
import type { Dimension } from './schema';

const dimensions: readonly Dimension[] = [
  { kind: 'categorical', name: 'colour', source: 'colour', priorStrength: 10, rankingWeight: 1, cap: 100 },
  { kind: 'numeric', name: 'price', source: 'price', priorStrength: 10, rankingWeight: 2 },
  { kind: 'item', name: 'item', cap: 100 },
];

function tile(colours: Readonly<Record<string, number>>, prices: readonly number[]): DayTile {
  const made = emptyTile();
  made.dimensions.set('colour', { kind: 'categorical', weights: new Map(Object.entries(colours)), otherWeight: 0 });
  const price = emptyNumeric();
  for (const value of prices) addNumber(price, value, 1);
  made.dimensions.set('price', price);
  return made;
}

const population = tile({ red: 50, blue: 49 }, [100, 200, 300, 400]);
const item = (colour: string, price: number) =>
  new Map<string, AttributeValue>([
    ['colour', colour],
    ['price', price],
  ]);

describe('scoreItem', () => {
  it('gives every item 0 for a user without events', () => {
    const preferences = preferencesOf(emptyTile(), population, dimensions);
    expect(scoreItem(preferences, item('red', 250)).score).toBeCloseTo(0, 12);
  });

  it('is the weighted sum of the logarithms of posterior over population, with parts that add up', () => {
    const preferences = preferencesOf(tile({ red: 10 }, [100, 100, 100]), population, dimensions);
    const { score, contributions } = scoreItem(preferences, item('red', 100));
    const posterior = (10 * 0.5 + 10) / 20;
    expect(contributions[0]).toMatchObject({ dimension: 'colour', value: 'red', population: 0.5, posterior });
    expect(contributions[0]?.contribution).toBeCloseTo(Math.log(posterior / 0.5), 12);
    expect(contributions.reduce((sum, part) => sum + part.contribution, 0)).toBeCloseTo(score, 12);
    expect(contributions[1]?.contribution).toBeGreaterThan(0);
  });

  it('prefers what the user favours, and is surer of it with more evidence', () => {
    const little = preferencesOf(tile({ red: 2 }, [100, 110]), population, dimensions);
    const much = preferencesOf(
      tile(
        { red: 200 },
        Array.from({ length: 200 }, (_, i) => 100 + (i % 10)),
      ),
      population,
      dimensions,
    );
    expect(scoreItem(much, item('red', 105)).score).toBeGreaterThan(scoreItem(little, item('red', 105)).score);
    expect(scoreItem(much, item('blue', 400)).score).toBeLessThan(0);
    expect(scoreItem(much, item('red', 105)).deviation).toBeLessThan(scoreItem(little, item('red', 105)).deviation);
  });

  it('leaves out attributes that the item lacks or that are of another type', () => {
    const preferences = preferencesOf(tile({ red: 1 }, [1]), population, dimensions);
    expect(scoreItem(preferences, new Map<string, AttributeValue>([['price', 'cheap']])).contributions).toEqual([]);
  });

  it('never gives an impossible value an infinite score', () => {
    const preferences = preferencesOf(tile({ red: 1 }, [1]), population, dimensions);
    expect(Number.isFinite(scoreItem(preferences, item('never seen', 1e12)).score)).toBe(true);
  });
});

describe('preferencesOf', () => {
  it('gives probabilities that sum to one, each within its interval', () => {
    const preference = preferencesOf(tile({ red: 3, green: 2 }, []), population, dimensions).get('colour');
    if (preference?.kind !== 'categorical') throw new Error('no preference');
    const values = [...preference.preference.values()];
    expect(values.sort()).toEqual(['blue', 'green', 'red']);
    const known = ['blue', 'red'].reduce((sum, value) => sum + preference.preference.of(value).probability, 0);
    const ownUnmet = preference.preference.of('green').probability;
    expect(known + ownUnmet).toBeCloseTo(1, 12);
    for (const value of values) {
      const { low, high } = preference.preference.interval(value);
      expect(low).toBeLessThan(preference.preference.of(value).probability);
      expect(high).toBeGreaterThan(preference.preference.of(value).probability);
    }
  });
});
