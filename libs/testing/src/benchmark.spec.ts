import { alternate, median, percentile, zipf } from './benchmark';
import { seededRandom } from './seeded-random';

describe('benchmark', () => {
  it('gives medians and nearest-rank percentiles', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
    expect(percentile([5, 1, 4, 2, 3], 0.5)).toBe(3);
    expect(percentile([1, 2, 3, 4, 5], 0.99)).toBe(5);
  });

  it('takes the sides in turn and leaves the first round out', async () => {
    const order: string[] = [];
    const side = (name: string) => () => Promise.resolve(order.push(name));
    const results = await alternate({ a: side('a'), b: side('b') }, 2);
    expect(order.join('')).toBe('ababab');
    expect(results).toEqual({ a: [3, 5], b: [4, 6] });
  });

  it('draws the first index as often as the law says', () => {
    const draw = zipf(100, 1, seededRandom(1));
    let first = 0;
    for (let i = 0; i < 20_000; i += 1) if (draw() === 0) first += 1;
    expect(first / 20_000).toBeCloseTo(1 / 5.187, 2);
  });
});
