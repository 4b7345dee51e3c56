import { Random } from './random';

describe('Random', () => {
  it('gives the same numbers for the same seed', () => {
    const [left, right] = [new Random(42), new Random(42)];
    expect(Array.from({ length: 100 }, () => left.uint32())).toEqual(Array.from({ length: 100 }, () => right.uint32()));
  });

  it('gives other numbers for another seed, a negative one included', () => {
    const firsts = [0, 1, -1, 2 ** 40].map((seed) => new Random(seed).uint32());
    expect(new Set(firsts).size).toBe(firsts.length);
  });

  it('fills the unit interval evenly', () => {
    const random = new Random(7);
    const buckets = new Array<number>(10).fill(0);
    for (let i = 0; i < 100_000; i += 1) buckets[random.below(10)]! += 1;
    // The deviation of a bucket is 95; seven of them are out of reach for a fair generator, and the seed is fixed.
    for (const count of buckets) expect(Math.abs(count - 10_000)).toBeLessThan(665);
  });
});
