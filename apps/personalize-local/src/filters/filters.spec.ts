import { createFilter, type FilterFacts, type FilterParameters } from './filter-match';
import { FilterSyntaxError, parseFilter } from './filter-parser';

const items: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  comedy: { GENRES: ['comedy', 'family'], PRICE: ['5'] },
  horror: { GENRES: ['horror'], PRICE: ['12.5'] },
  bare: {},
};

const facts: FilterFacts = {
  itemValues: (itemId, field) => items[itemId]?.[field] ?? [],
  eventTypes: (itemId) => (itemId === 'horror' ? ['purchase'] : []),
  userValues: (field) => (field === 'AGE' ? ['30'] : []),
};

function passed(expression: string, parameters: FilterParameters = {}): string[] {
  return Object.keys(items).filter(createFilter(parseFilter(expression), parameters, facts));
}

describe('filters', () => {
  it.each<[string, string[]]>([
    ['INCLUDE ItemID WHERE Items.GENRES IN ("comedy","western")', ['comedy']],
    ['EXCLUDE ItemID WHERE Items.GENRES IN ("comedy")', ['horror', 'bare']],
    ['INCLUDE ItemID WHERE Items.GENRES NOT IN ("comedy")', ['horror', 'bare']],
    ['include itemid where items.genres in ("comedy")', ['comedy']],
    ['INCLUDE ItemID WHERE Items.GENRES IN ("Comedy")', []],
    ['INCLUDE ItemID WHERE Items.PRICE < 10', ['comedy']],
    ['INCLUDE ItemID WHERE Items.PRICE >= 12.5', ['horror']],
    ['INCLUDE ItemID WHERE Items.PRICE = 5', ['comedy']],
    ['INCLUDE ItemID WHERE Items.PRICE > 1 AND Items.GENRES IN ("horror")', ['horror']],
    ['INCLUDE ItemID WHERE Items.GENRES IN ("horror") OR Items.GENRES IN ("family")', ['comedy', 'horror']],
    ['EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("PURCHASE")', ['comedy', 'bare']],
    ['EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN (*)', ['comedy', 'bare']],
    ['INCLUDE ItemID WHERE Items.PRICE > 1 | EXCLUDE ItemID WHERE Interactions.event_type IN ("purchase")', ['comedy']],
    ['EXCLUDE ItemID WHERE Items.GENRES IN ("horror") IF CurrentUser.AGE > 18', ['comedy', 'bare']],
    ['EXCLUDE ItemID WHERE Items.GENRES IN ("horror") IF CurrentUser.AGE > 40', ['comedy', 'horror', 'bare']],
  ])('%s', (expression, expected) => {
    expect(passed(expression)).toEqual(expected);
  });

  it('takes values at runtime; an EXCLUDE without them is ignored, an INCLUDE refused', () => {
    const include = 'INCLUDE ItemID WHERE Items.GENRES IN ($GENRES)';
    expect(passed(include, { GENRES: '"comedy", "horror"' })).toEqual(['comedy', 'horror']);
    expect(() => passed(include)).toThrow(/GENRES/);
    expect(() => passed(include, { GENRES: 'comedy' })).toThrow(/double quotes/);
    expect(passed(include.replace('INCLUDE', 'EXCLUDE'))).toEqual(['comedy', 'horror', 'bare']);
    expect(passed('INCLUDE ItemID WHERE Items.PRICE < $MAX', { MAX: '"10"' })).toEqual(['comedy']);
  });

  it.each([
    '',
    'INCLUDE',
    'KEEP ItemID WHERE Items.A IN ("x")',
    'INCLUDE UserID WHERE Items.A IN ("x")',
    'INCLUDE ItemID WHERE Items.A',
    'INCLUDE ItemID WHERE Items.A IN ()',
    'INCLUDE ItemID WHERE Items.A IN ("x"',
    'INCLUDE ItemID WHERE Items.A IN (x)',
    'INCLUDE ItemID WHERE Items.A IN (*)',
    'INCLUDE ItemID WHERE Users.A IN ("x")',
    'INCLUDE ItemID WHERE CurrentUser.A IN ("x")',
    'INCLUDE ItemID WHERE Items.A IN ("x") AND Interactions.EVENT_TYPE IN ("y")',
    'INCLUDE ItemID WHERE Items.A IN ("x") IF Items.B = 1',
    'INCLUDE ItemID WHERE Items.A IN ("x") trailing',
    'INCLUDE ItemID WHERE Items.A ! "x"',
    'INCLUDE ItemID WHERE Items.A IN ("x',
    `INCLUDE ItemID WHERE ${Array.from({ length: 11 }, (_, i) => `Items.F${i} = 1`).join(' AND ')}`,
  ])('refuses %s', (expression) => {
    expect(() => parseFilter(expression)).toThrow(FilterSyntaxError);
  });
});
