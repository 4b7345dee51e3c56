import { settledCount } from './settled-count';

const countOf = (stock: number): number => stock;

describe('settledCount', () => {
  it('looks until there is as much as expected', async () => {
    let there = 0;
    const takeStock = () => Promise.resolve((there += 1));
    expect(await settledCount(takeStock, { countOf, expected: 5, patienceMs: 60_000, pollMs: 1 })).toBe(5);
    expect(there).toBe(5);
  });

  it('gives what there is when no more comes', async () => {
    let looks = 0;
    const takeStock = () => Promise.resolve(Math.min((looks += 1), 3));
    expect(await settledCount(takeStock, { countOf, expected: 5, patienceMs: 20, pollMs: 1 })).toBe(3);
    expect(looks).toBeGreaterThan(3);
  });
});
