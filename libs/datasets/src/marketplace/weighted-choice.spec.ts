import fc from 'fast-check';
import { Random } from './random';
import { WeightedChoice } from './weighted-choice';

describe('WeightedChoice', () => {
  it('draws each index with its weight', () => {
    const random = new Random(5);
    const choice = new WeightedChoice([1, 0, 3, 6]);
    const counts = [0, 0, 0, 0];
    for (let i = 0; i < 100_000; i += 1) counts[choice.draw(random)]! += 1;
    expect(counts[1]).toBe(0);
    [0.1, 0, 0.3, 0.6].forEach((share, i) => expect(Math.abs(counts[i]! / 100_000 - share)).toBeLessThan(0.01));
  });

  it('never draws an index of weight 0', () => {
    const weights = fc.array(fc.oneof(fc.constant(0), fc.double({ min: 1e-6, max: 1e6, noNaN: true })), {
      minLength: 1,
    });
    fc.assert(
      fc.property(weights, fc.integer(), (list, seed) => {
        fc.pre(list.some((weight) => weight > 0));
        const random = new Random(seed);
        const choice = new WeightedChoice(list);
        for (let i = 0; i < 200; i += 1) expect(list[choice.draw(random)]).toBeGreaterThan(0);
      }),
      { numRuns: 200 },
    );
  });

  it.each([[[0, 0]], [[]], [[1, -1]], [[NaN]]])('refuses %p', (weights) => {
    expect(() => new WeightedChoice(weights)).toThrow(RangeError);
  });
});
