import { pickDiverse } from './diversity';

const items = ['a', 'b', 'c', 'd', 'e'].map((itemId) => ({ itemId }));
const makes = new Map([
  ['a', new Map([['make', 'vw']])],
  ['b', new Map([['make', 'vw']])],
  ['c', new Map([['make', 'audi']])],
  ['d', new Map([['make', 'vw']])],
]);
const ids = (picked: readonly { readonly itemId: string }[]): string[] => picked.map(({ itemId }) => itemId);

describe('pickDiverse', () => {
  it('keeps the order and the cap; items without the attribute are free', () => {
    const caps = [{ attribute: 'make', maxItems: 2 }];
    expect(ids(pickDiverse(items, { caps, attributes: makes, count: 10 }))).toEqual(['a', 'b', 'c', 'e']);
    expect(ids(pickDiverse(items, { caps, attributes: makes, count: 3 }))).toEqual(['a', 'b', 'c']);
  });

  it('counts an item for each of its values, and keeps to all caps', () => {
    const attributes = new Map([
      ['a', new Map([['tags', ['x', 'y', 'x']]])],
      ['b', new Map([['tags', ['y']]])],
      ['c', new Map([['tags', ['z']]])],
    ]);
    const caps = [{ attribute: 'tags', maxItems: 1 }];
    expect(ids(pickDiverse(items.slice(0, 3), { caps, attributes, count: 10 }))).toEqual(['a', 'c']);
  });

  it('takes the first without caps', () => {
    expect(ids(pickDiverse(items, { caps: [], attributes: new Map(), count: 2 }))).toEqual(['a', 'b']);
  });
});
