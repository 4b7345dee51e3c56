import { toAttributes } from '@affinity/contracts';
import { unavailable } from '@affinity/service-kit';
import { until } from '@affinity/testing';
import { CachedItemAttributes } from './cached-item-attributes';

const limits = { deadlineAt: Infinity, signal: new AbortController().signal };

function createCache({ maxItems = 10, ttlMs = 60_000 } = {}) {
  const asked: string[][] = [];
  const catalogue = { away: false };
  const cache = new CachedItemAttributes({
    fetchItems: (itemIds) => {
      asked.push([...itemIds]);
      if (catalogue.away) return Promise.reject(unavailable('away'));
      const known = itemIds.filter((itemId) => itemId.startsWith('known'));
      return Promise.resolve(known.map((itemId) => ({ itemId, attributes: toAttributes(new Map([['id', itemId]])) })));
    },
    maxItems,
    ttlMs,
  });
  return { cache, asked, catalogue };
}

describe('CachedItemAttributes', () => {
  it('asks for what it does not remember, and remembers also what does not exist', async () => {
    const { cache, asked } = createCache();
    const first = await cache.attributesOf(['known-1', 'missing'], limits);
    expect([...first.attributes]).toEqual([
      ['known-1', new Map([['id', 'known-1']])],
      ['missing', new Map()],
    ]);
    expect((await cache.attributesOf(['missing', 'known-1', 'known-2'], limits)).attributes.size).toBe(3);
    await cache.attributesOf(['missing', 'known-1', 'known-2'], limits);
    expect(asked).toEqual([['known-1', 'missing'], ['known-2']]);
  });

  it('tells what it remembered, and that it may be old, while the catalogue is away', async () => {
    const { cache, catalogue } = createCache({ ttlMs: 1 });
    await cache.attributesOf(['known-1'], limits);
    catalogue.away = true;
    const old = await until(
      async () => {
        const found = await cache.attributesOf(['known-1', 'known-2'], limits);
        return found.failure !== undefined && found;
      },
      5_000,
      'what is remembered to be old',
    );
    expect([...old.attributes]).toEqual([['known-1', new Map([['id', 'known-1']])]]);
    expect(old.failure?.code).toBe('UNAVAILABLE');
  });

  it('answers more than it can remember', async () => {
    const { cache } = createCache({ maxItems: 2 });
    const itemIds = Array.from({ length: 20 }, (_, i) => `known-${i}`);
    expect((await cache.attributesOf(itemIds, limits)).attributes.size).toBe(20);
  });
});
