import { dirichlet, exponential, gamma, geometric, normal, shuffled, zipfWeights } from './distributions';
import { Random } from './random';

const draws = 50_000;

function momentsOf(draw: () => number): { readonly mean: number; readonly variance: number } {
  const values = Array.from({ length: draws }, draw);
  const mean = values.reduce((sum, value) => sum + value, 0) / draws;
  return { mean, variance: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / draws };
}

describe('distributions', () => {
  it.each([
    ['normal', (random: Random) => normal(random), 0, 1],
    ['exponential', (random: Random) => exponential(random, 3), 3, 9],
    ['geometric', (random: Random) => geometric(random, 6), 6, 30],
    ['gamma of shape 2.5', (random: Random) => gamma(random, 2.5), 2.5, 2.5],
    ['gamma of shape 0.3', (random: Random) => gamma(random, 0.3), 0.3, 0.3],
  ])('%s has its mean and variance', (_, draw, mean, variance) => {
    const random = new Random(1);
    const found = momentsOf(() => draw(random));
    expect(Math.abs(found.mean - mean)).toBeLessThan(0.03 * Math.max(1, mean));
    expect(Math.abs(found.variance / variance - 1)).toBeLessThan(0.06);
  });

  it('draws probabilities around the parameters', () => {
    const random = new Random(2);
    const sums = [0, 0, 0];
    for (let i = 0; i < 5_000; i += 1) {
      const probabilities = dirichlet(random, [1, 2, 5]);
      expect(probabilities.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 9);
      probabilities.forEach((probability, at) => (sums[at]! += probability / 5_000));
    }
    [0.125, 0.25, 0.625].forEach((mean, at) => expect(Math.abs(sums[at]! - mean)).toBeLessThan(0.01));
  });

  it('keeps all elements when it shuffles', () => {
    const elements = Array.from({ length: 50 }, (_, i) => i);
    const order = shuffled(new Random(3), elements);
    expect(order).not.toEqual(elements);
    expect([...order].sort((left, right) => left - right)).toEqual(elements);
  });

  it('weighs ranks by their power', () => {
    expect(zipfWeights(3, 1)).toEqual([1, 1 / 2, 1 / 3]);
  });
});
