import {
  firstGenerations,
  openGeneration,
  outlivedGenerations,
  serveGeneration,
  updateGeneration,
} from './generation-set';

const origin = { from: '2026-11-01', to: '2026-11-07', copiedFrom: 1, copied: true };
const two = updateGeneration(openGeneration(firstGenerations, origin), 2, (known) => ({ ...known, state: 'fed' }));

describe('outlivedGenerations', () => {
  it('names what served and has not since, and nothing that serves or never did', () => {
    expect(outlivedGenerations(two, 1_000_000)).toEqual([]);
    const switched = serveGeneration(two, 2, 1_000);
    expect(switched).toMatchObject({ serving: 2, previous: 1 });
    expect(outlivedGenerations(switched, 999)).toEqual([]);
    expect(outlivedGenerations(switched, 1_000)).toEqual([1]);
  });

  it('begins anew when a generation serves again', () => {
    const back = serveGeneration(serveGeneration(two, 2, 1_000), 1, 2_000);
    expect(outlivedGenerations(back, 1_999)).toEqual([]);
    expect(outlivedGenerations(back, 2_000)).toEqual([2]);
    expect(serveGeneration(back, 1, 9_000)).toBe(back);
  });
});
