import { interleave } from './candidate-pool';

const items = (ids: string): { readonly itemId: string }[] => Array.from(ids, (itemId) => ({ itemId }));
const pooled = (first: string, second: string, count: number): string =>
  interleave(items(first), items(second), count)
    .map(({ itemId }) => itemId)
    .join('');

describe('interleave', () => {
  it('takes from each in turn, each item once', () => {
    expect(pooled('abc', 'xby', 10)).toBe('axbcy');
  });

  it('goes on with the longer one, and stops at the count', () => {
    expect(pooled('a', 'wxyz', 10)).toBe('awxyz');
    expect(pooled('abc', 'xyz', 3)).toBe('axb');
    expect(pooled('abc', '', 2)).toBe('ab');
  });

  it.each(['ab', 'ba'])('keeps what the first list says of an item that the second has, wherever: %s', (second) => {
    const from = (list: string, ids: string) => Array.from(ids, (itemId) => ({ itemId, list }));
    const pool = interleave(from('first', 'ab'), from('second', second), 2);
    expect(pool.map(({ list }) => list)).toEqual(['first', 'first']);
  });
});
