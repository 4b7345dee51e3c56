import { Item } from '@affinity/contracts';
import { CachedCatalogue, type CachedCatalogueOptions } from './cached-catalogue';

function setUp(overrides: Partial<CachedCatalogueOptions> = {}) {
  const state = { nowMs: 0, reachable: true, asked: [] as (readonly string[])[], items: new Map<string, Item>() };
  const counts = { hits: 0, misses: 0, failures: 0 };
  const catalogue = new CachedCatalogue({
    source: {
      getItems: async (itemIds) => {
        state.asked.push(itemIds);
        if (!state.reachable) throw new Error('unreachable');
        return new Map([...state.items].filter(([itemId]) => itemIds.includes(itemId)));
      },
    },
    meter: {
      lookedUp: ({ hits, misses }) => {
        counts.hits += hits;
        counts.misses += misses;
      },
      failed: () => (counts.failures += 1),
    },
    now: () => state.nowMs,
    maxEntries: 100,
    maxBytes: 1_000_000,
    ttlMs: 1_000,
    unknownTtlMs: 100,
    ...overrides,
  });
  const put = (itemId: string, colour: string): void => {
    state.items.set(itemId, itemOf(itemId, colour));
  };
  const lookUp = async (itemId: string) => (await catalogue.lookUp(new Set([itemId]))).get(itemId);
  return { state, counts, catalogue, put, lookUp };
}

function itemOf(itemId: string, colour: string): Item {
  return Item.fromPartial({
    itemId,
    attributes: new Map([['colour', { kind: { $case: 'stringValue', value: colour } }]]),
  });
}

function known(itemId: string, colour: string) {
  return { kind: 'known', attributes: itemOf(itemId, colour).attributes };
}

describe('CachedCatalogue', () => {
  it('asks once and remembers, until the time to live is over', async () => {
    const { state, counts, put, lookUp } = setUp();
    put('a', 'red');
    expect(await lookUp('a')).toEqual(known('a', 'red'));
    put('a', 'blue');
    state.nowMs = 999;
    expect(await lookUp('a')).toEqual(known('a', 'red'));
    state.nowMs = 1_000;
    expect(await lookUp('a')).toEqual(known('a', 'blue'));
    expect(state.asked).toEqual([['a'], ['a']]);
    expect(counts).toEqual({ hits: 1, misses: 2, failures: 0 });
  });

  it('remembers that an item is unknown for a shorter time', async () => {
    const { state, put, lookUp } = setUp();
    expect(await lookUp('a')).toEqual({ kind: 'unknown' });
    put('a', 'red');
    state.nowMs = 99;
    expect(await lookUp('a')).toEqual({ kind: 'unknown' });
    state.nowMs = 100;
    expect(await lookUp('a')).toEqual(known('a', 'red'));
  });

  it('asks for all missing items in one request, and for an item once at a time', async () => {
    const { state, catalogue, put } = setUp();
    put('a', 'red');
    const [first, second] = await Promise.all([
      catalogue.lookUp(new Set(['a', 'b'])),
      catalogue.lookUp(new Set(['b', 'c'])),
    ]);
    expect(state.asked).toEqual([['a', 'b'], ['c']]);
    expect([first.get('a')?.kind, first.get('b')?.kind]).toEqual(['known', 'unknown']);
    expect([second.get('b')?.kind, second.get('c')?.kind]).toEqual(['unknown', 'unknown']);
  });

  it('asks again after a failure, which it does not remember', async () => {
    const { state, counts, put, lookUp } = setUp();
    put('a', 'red');
    state.reachable = false;
    expect(await lookUp('a')).toEqual({ kind: 'unreachable' });
    state.reachable = true;
    expect(await lookUp('a')).toEqual(known('a', 'red'));
    expect(counts.failures).toBe(1);
  });

  it('gives outdated attributes while the source cannot be reached, but no outdated absence', async () => {
    const { state, put, lookUp } = setUp();
    put('a', 'red');
    await lookUp('a');
    await lookUp('b');
    state.nowMs = 5_000;
    state.reachable = false;
    expect(await lookUp('a')).toEqual(known('a', 'red'));
    expect(await lookUp('b')).toEqual({ kind: 'unreachable' });
  });

  it('forgets the least recently used when it is full, by entries and by bytes', async () => {
    for (const bound of [{ maxEntries: 2 }, { maxBytes: 700 }]) {
      const { state, put, lookUp } = setUp(bound);
      for (const itemId of ['a', 'b', 'c']) put(itemId, 'red');
      for (const itemId of ['a', 'b', 'c', 'c', 'b']) await lookUp(itemId);
      expect(state.asked).toHaveLength(3);
      await lookUp('a');
      expect(state.asked).toHaveLength(4);
    }
  });
});
