import { totalVariation } from './total-variation';

const distribution = (values: Readonly<Record<string, number>>): Map<string, number> => new Map(Object.entries(values));

describe('totalVariation', () => {
  it.each([
    [{ a: 1 }, { a: 1 }, 0],
    [{ a: 1 }, { b: 1 }, 1],
    [{ a: 0.5, b: 0.5 }, { a: 0.25, b: 0.5, c: 0.25 }, 0.25],
  ])('of %j and %j is %d', (left, right, distance) => {
    expect(totalVariation(distribution(left), distribution(right))).toBeCloseTo(distance, 12);
    expect(totalVariation(distribution(right), distribution(left))).toBeCloseTo(distance, 12);
  });
});
