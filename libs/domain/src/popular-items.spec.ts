import { emptyTile } from './day-tile';
import { emptyItems } from './item-state';
import { popularItems } from './popular-items';

describe('popularItems', () => {
  it('lists what was met more than it was taken back, most popular first, equal ones by id', () => {
    const state = emptyItems();
    for (const [itemId, weight] of Object.entries({ b: 2, a: 2, c: 5, gone: 0, unparked: -1 }))
      state.items.set(itemId, { weight, lastAtMs: 0 });
    const tile = emptyTile();
    tile.dimensions.set('item', state);
    expect(popularItems(tile)).toEqual([
      { itemId: 'c', weight: 5 },
      { itemId: 'a', weight: 2 },
      { itemId: 'b', weight: 2 },
    ]);
  });

  it('lists nothing of an empty population', () => {
    expect(popularItems(emptyTile())).toEqual([]);
  });
});
