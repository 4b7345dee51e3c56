import { parseSchema, type ScoreContribution } from '@affinity/domain';
import type { BaseItem } from './base-list';
import { createReasonWriter } from './reasons';

function dimensions() {
  const parsed = parseSchema({
    version: '1',
    event_types: { view: 1 },
    dimensions: [
      { name: 'colour', kind: 'categorical' },
      { name: 'price', kind: 'numeric' },
      { name: 'mileage_range', kind: 'range', source: 'mileage', edges: [1_000, 5_000] },
    ],
  });
  if (parsed.kind === 'invalid') throw new Error(parsed.problems.join());
  return parsed.schema.dimensions;
}

const reasonOf = createReasonWriter(dimensions());
const item: BaseItem = { itemId: 'i', origin: 'model', rank: 3 };
const says = (dimension: string, value: string, contribution: number, over: Partial<ScoreContribution> = {}) => ({
  dimension,
  value,
  contribution,
  posterior: 0.4,
  population: 0.2,
  ...over,
});
const because = (...preference: ScoreContribution[]): string => reasonOf({ item, preference, relatedTo: undefined });

describe('createReasonWriter', () => {
  it('names the two dimensions that speak most for the item', () => {
    expect(
      because(says('colour', 'red', 0.2), says('price', '4000', 0.9), says('mileage_range', '[1000,5000)', 0.1)),
    ).toBe('You favour a price around 4000 and colour red more than others do, and this one has both.');
  });

  it.each([
    ['(-inf,1000)', 'a mileage range below 1000'],
    ['[1000,5000)', 'a mileage range from 1000 to below 5000'],
    ['[5000,inf)', 'a mileage range from 5000'],
  ])('says the interval %s in words', (value, words) => {
    expect(because(says('mileage_range', value, 1))).toBe(
      `You favour ${words} more than others do, and this one has that.`,
    );
  });

  it('speaks of several values as a mix', () => {
    expect(because(says('colour', 'red|blue', 1))).toContain('the mix of colour red, blue');
  });

  it('does not say what is not so: it needs the posterior above the population', () => {
    expect(because(says('colour', 'red', -1))).toBe('The recommendation model has it at place 3.');
    expect(because(says('colour', 'red', 1, { posterior: 0.2001 }))).toBe(
      'The recommendation model has it at place 3.',
    );
  });

  it('says where an item comes from when no preference speaks for it', () => {
    const from = (origin: BaseItem['origin']) =>
      reasonOf({ item: { itemId: 'i', origin }, preference: undefined, relatedTo: undefined });
    expect(from('popular')).toBe('Popular with visitors lately.');
    expect(from('answered')).toBe('Recommended to visitors lately.');
    expect(from('asked')).toBe('Nothing speaks for it more than for others.');
    expect(reasonOf({ item, preference: [], relatedTo: 'x' })).toBe(
      'The recommendation model relates it to item x, at place 3.',
    );
  });
});
