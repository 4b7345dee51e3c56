import { seededRandom } from '@affinity/testing';
import { bootstrapMean } from './bootstrap';

describe('bootstrapMean', () => {
  it('holds the mean, near what theory says of its spread', () => {
    const random = seededRandom(1);
    const values = Array.from({ length: 400 }, (_, i) => i % 2);
    const { mean, low, high } = bootstrapMean(values, { random });
    expect(mean).toBe(0.5);
    // The standard error is 0.5 / sqrt(400) = 0.025; 95 % lie within 1.96 of it.
    expect(low).toBeCloseTo(0.5 - 0.049, 1);
    expect(high).toBeCloseTo(0.5 + 0.049, 1);
    expect(high - low).toBeGreaterThan(0.06);
  });

  it('is a point for equal values, and not a number without any', () => {
    expect(bootstrapMean([2, 2], { random: seededRandom(1) })).toEqual({ mean: 2, low: 2, high: 2 });
    expect(bootstrapMean([], { random: seededRandom(1) }).mean).toBeNaN();
  });
});
