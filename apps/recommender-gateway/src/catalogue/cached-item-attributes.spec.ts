import { toAttributes } from '@affinity/contracts';
import { CachedItemAttributes } from './cached-item-attributes';

const limits = { deadlineAt: Infinity, signal: new AbortController().signal };

function createCache(maxItems = 10) {
  const asked: string[][] = [];
  const cache = new CachedItemAttributes({
    fetchItems: (itemIds) => {
      asked.push([...itemIds]);
      const known = itemIds.filter((itemId) => itemId.startsWith('known'));
      return Promise.resolve(known.map((itemId) => ({ itemId, attributes: toAttributes(new Map([['id', itemId]])) })));
    },
    maxItems,
    ttlMs: 60_000,
  });
  return { cache, asked };
}

describe('CachedItemAttributes', () => {
  it('asks for what it does not remember, and remembers also what does not exist', async () => {
    const { cache, asked } = createCache();
    const first = await cache.attributesOf(['known-1', 'missing'], limits);
    expect([...first]).toEqual([
      ['known-1', new Map([['id', 'known-1']])],
      ['missing', new Map()],
    ]);
    expect((await cache.attributesOf(['missing', 'known-1', 'known-2'], limits)).size).toBe(3);
    await cache.attributesOf(['missing', 'known-1', 'known-2'], limits);
    expect(asked).toEqual([['known-1', 'missing'], ['known-2']]);
  });

  it('answers more than it can remember', async () => {
    const { cache } = createCache(2);
    const itemIds = Array.from({ length: 20 }, (_, i) => `known-${i}`);
    expect((await cache.attributesOf(itemIds, limits)).size).toBe(20);
  });
});
