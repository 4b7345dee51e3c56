import { emptyTile, type DayTile } from './day-tile';
import { dayOf, formatDay, parseDay } from './day';
import { decayFactor, noDecay } from './decay';
import { foldProfile } from './profile-fold';
import { rangeLabel } from './range-label';
import { utf8Length } from './utf8-length';

function colours(weights: Readonly<Record<string, number>>): DayTile {
  const tile = emptyTile();
  tile.dimensions.set('colour', { kind: 'categorical', weights: new Map(Object.entries(weights)), otherWeight: 0 });
  tile.eventCount = 1;
  return tile;
}

describe('foldProfile', () => {
  const tiles = [
    { day: 10, tile: colours({ red: 4 }) },
    { day: 12, tile: colours({ red: 1, blue: 2 }) },
    { day: 20, tile: colours({ green: 9 }) },
  ];

  it('folds the days of the span, older ones decayed from its end', () => {
    const folded = foldProfile(tiles, {
      span: { first: 10, last: 12 },
      decay: { kind: 'exponential', halfLifeDays: 1 },
    });
    expect(folded.span).toEqual({ first: 10, last: 12 });
    expect(folded.tile.eventCount).toBe(2);
    expect(folded.tile.dimensions.get('colour')).toMatchObject({
      weights: new Map([
        ['red', 2],
        ['blue', 2],
      ]),
    });
  });

  it('folds only the dimensions asked for, and leaves the tiles as they are', () => {
    const folded = foldProfile(tiles, { span: { first: 0, last: 99 }, decay: noDecay, dimensions: new Set(['price']) });
    expect(folded.tile.dimensions.size).toBe(0);
    expect(tiles[0]?.tile).toEqual(colours({ red: 4 }));
  });
});

describe('decayFactor', () => {
  it.each([
    [{ kind: 'none' } as const, 1_000, 1],
    [{ kind: 'exponential', halfLifeDays: 7 } as const, 14, 0.25],
    [{ kind: 'linear', windowDays: 10 } as const, 4, 0.6],
    [{ kind: 'linear', windowDays: 10 } as const, 11, 0],
    [
      {
        kind: 'step',
        steps: [
          { maxAgeDays: 1, weight: 2 },
          { maxAgeDays: 7, weight: 0.5 },
        ],
      } as const,
      5,
      0.5,
    ],
    [{ kind: 'step', steps: [{ maxAgeDays: 1, weight: 2 }] } as const, 2, 0],
  ])('of %j at age %d is %d', (decay, age, factor) => {
    expect(decayFactor(decay, age)).toBeCloseTo(factor, 12);
  });
});

describe('days', () => {
  it('are those of UTC, before 1970 too', () => {
    expect(formatDay(dayOf(Date.UTC(2026, 10, 21, 23, 59)))).toBe('2026-11-21');
    expect(formatDay(dayOf(-1))).toBe('1969-12-31');
  });

  it('are parsed strictly', () => {
    expect(parseDay('1970-01-02')).toBe(1);
    for (const text of ['2026-02-30', '2026-1-1', 'today', '']) expect(parseDay(text)).toBeUndefined();
  });
});

describe('rangeLabel', () => {
  it('names half-open intervals, the lowest and highest without bound', () => {
    const edges = [0, 10, 100];
    expect([-1, 0, 9.9, 10, 1e9].map((value) => rangeLabel(edges, value))).toEqual([
      '(-inf,0)',
      '[0,10)',
      '[0,10)',
      '[10,100)',
      '[100,inf)',
    ]);
  });
});

describe('utf8Length', () => {
  it.each(['', 'plain', 'é', '€', '😀', 'a😀é€', '\ud800'])('counts the bytes of %j', (text) => {
    expect(utf8Length(text)).toBe(new TextEncoder().encode(text).length);
  });
});
