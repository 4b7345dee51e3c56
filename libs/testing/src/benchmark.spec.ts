import { alternate, latencyColumns, median, percentile, timed, zipf } from './benchmark';
import { seededRandom } from './seeded-random';

describe('benchmark', () => {
  it('gives medians and nearest-rank percentiles', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
    const values = [5, 1, 4, 2, 3];
    expect([0, 0.2, 0.5, 0.99, 1].map((share) => percentile(values, share))).toEqual([1, 1, 3, 5, 5]);
    expect([median([]), percentile([], 0.5)]).toEqual([NaN, NaN]);
  });

  it('gives the medians of what each round came to, whatever one slow round did', () => {
    expect(latencyColumns([[1, 2, 3], [300, 100, 200], [4]])).toEqual({ p50Ms: 4, p99Ms: 4 });
    expect(latencyColumns([[1, 2, 3]])).toEqual({ p50Ms: 2, p99Ms: 3 });
  });

  it('counts time and processor time of a run by its events', async () => {
    const run = await timed(2, () => Promise.resolve());
    expect(run.perSecond).toBeGreaterThan(0);
    expect(run.cpuUsPerEvent).toBeGreaterThanOrEqual(0);
    await expect(timed(1, () => Promise.reject(new Error('no events')))).rejects.toThrow('no events');
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
