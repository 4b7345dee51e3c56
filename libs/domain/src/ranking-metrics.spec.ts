import { coverageAt, ndcgAt, precisionAt, recallAt, reciprocalRankAt } from './ranking-metrics';

const list = ['a', 'b', 'c', 'd', 'e'];

describe('metrics of a ranked list', () => {
  // Amazon's own example: hits at ranks 2 and 5 of 5.
  const relevant = new Set(['b', 'e']);

  it('give the published example', () => {
    expect(reciprocalRankAt(list, relevant, 25)).toBe(0.5);
    expect(ndcgAt(list, relevant, 5)).toBeCloseTo(0.6241, 4);
    expect(precisionAt(list, relevant, 5)).toBeCloseTo(0.4, 12);
  });

  it('give values computed by hand', () => {
    expect(ndcgAt(list, new Set(['a']), 5)).toBe(1);
    expect(ndcgAt(list, new Set(['c']), 5)).toBeCloseTo(0.5, 12);
    expect(ndcgAt(list, new Set(['a', 'x', 'y']), 2)).toBeCloseTo(1 / (1 + 1 / Math.log2(3)), 12);
    expect(recallAt(list, new Set(['a', 'd', 'x']), 3)).toBeCloseTo(1 / 3, 12);
    expect(recallAt(list, new Set(['a', 'd', 'x']), 4)).toBeCloseTo(2 / 3, 12);
    expect(reciprocalRankAt(list, new Set(['d']), 3)).toBe(0);
  });

  it('divide by k although the list is shorter', () => {
    expect(precisionAt(['a'], new Set(['a']), 10)).toBeCloseTo(0.1, 12);
  });

  it('are 0 when nothing is relevant or nothing is listed', () => {
    for (const metric of [ndcgAt, precisionAt, recallAt, reciprocalRankAt]) {
      expect(metric(list, new Set(), 5)).toBe(0);
      expect(metric([], relevant, 5)).toBe(0);
    }
  });

  it('count distinct items for coverage', () => {
    expect(
      coverageAt(
        [
          ['a', 'b'],
          ['b', 'c'],
        ],
        4,
        2,
      ),
    ).toBe(0.75);
    expect(
      coverageAt(
        [
          ['a', 'b'],
          ['b', 'c'],
        ],
        4,
        1,
      ),
    ).toBe(0.5);
    expect(coverageAt([], 0, 1)).toBe(0);
  });
});
