import { seededRandom } from './seeded-random';

const take = (count: number, seed: number): number[] => {
  const random = seededRandom(seed);
  return Array.from({ length: count }, random);
};

describe('seededRandom', () => {
  it('repeats itself for a seed and differs for another', () => {
    expect(take(5, 7)).toEqual(take(5, 7));
    expect(take(5, 7)).not.toEqual(take(5, 8));
  });

  it('is evenly spread over [0, 1)', () => {
    const values = take(10_000, 42);
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values)).toBeLessThan(1);
    const below = values.filter((value) => value < 0.1).length;
    expect(below).toBeGreaterThan(850);
    expect(below).toBeLessThan(1150);
  });
});
