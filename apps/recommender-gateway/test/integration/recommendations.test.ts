import { Freshness, MissingPart, type GetRecommendationsResponse, type RecommendedItem } from '@affinity/contracts';
import { claimsOf, isSupported } from '@affinity/datasets';
import { until } from '@affinity/testing';
import { readMetric, startGatewaySystem, type GatewaySystem } from './gateway-system';

const colours = ['red', 'blue', 'green', 'black'];
const items = Object.fromEntries(
  Array.from({ length: 48 }, (_, i) => [`car-${i}`, { colour: colours[i % 4]!, price: 1_000 * (1 + (i % 12)) }]),
);

const colourOf = (itemId: string): string | undefined => items[itemId]?.colour;
const idsOf = (answer: { readonly items: readonly RecommendedItem[] }): string[] =>
  answer.items.map(({ itemId }) => itemId);

function expectWhole({ items: recommended, info }: Pick<GetRecommendationsResponse, 'items' | 'info'>): void {
  expect(info?.recommendationId).toMatch(/^.{1,40}$/);
  const scores = recommended.map(({ score }) => score);
  expect(scores).toEqual([...scores].sort((left, right) => right - left));
  for (const { score, contributions, reason } of recommended) {
    expect(contributions.reduce((sum, { contribution }) => sum + contribution, 0)).toBe(score);
    expect(reason).not.toBe('');
  }
}

describe('recommender-gateway', () => {
  let system: GatewaySystem;

  beforeAll(async () => {
    system = await startGatewaySystem({ gatewayEnv: { AFFINITY_CATALOGUE_CACHE_MS: '2000' } });
    await system.putItems(items);
    for (let user = 0; user < 20; user += 1) {
      const seen = Array.from({ length: 12 }, (_, i) => `car-${(user * 7 + i * 5) % 48}`);
      await system.view(`crowd-${user}`, ...seen);
    }
    const enough = async () => {
      const { items: recommended, info } = await system.recommend('stranger', { maxResults: 40 });
      return recommended.length >= 40 && info?.degraded === false;
    };
    await until(enough, 30_000, 'the model to know the cars');
    await until(
      async () => (await system.populationShares('colour')).length === 4,
      30_000,
      'the population to be read',
    );
  }, 120_000);

  afterAll(() => system.close());

  const missingOf = async (timeoutMs?: number): Promise<readonly MissingPart[] | undefined> =>
    (await system.recommend('stranger', {}, timeoutMs)).info?.missing;
  const recovered = (): Promise<unknown> =>
    until(async () => (await system.recommend('stranger')).info?.degraded === false, 30_000, 'whole answers');

  it('turns towards what the visitor looks at, leaves that out, and says why', async () => {
    const before = await system.recommend('anna', { maxResults: 10 });
    expectWhole(before);
    const readToken = await system.view('anna', 'car-0', 'car-4', 'car-8', 'car-12', 'car-16');
    const after = await system.recommend('anna', { maxResults: 10, readToken });
    expectWhole(after);
    expect(after.info?.degraded).toBe(false);
    expect(idsOf(after)).not.toEqual(idsOf(before));
    for (const seen of ['car-0', 'car-4', 'car-8', 'car-12', 'car-16']) expect(idsOf(after)).not.toContain(seen);
    const red = (answer: GetRecommendationsResponse) =>
      idsOf(answer).filter((itemId) => colourOf(itemId) === 'red').length;
    expect(red(after)).toBeGreaterThan(red(before));
    const explained = after.items.filter(({ reason }) => reason.includes('colour red'));
    expect(explained.length).toBeGreaterThan(0);
    expect(explained.every(({ itemId }) => colourOf(itemId) === 'red')).toBe(true);
    const kept = await system.recommend('anna', { maxResults: 100, readToken, includeSeen: true });
    expect(idsOf(kept)).toContain('car-0');
  });

  it('says nothing of a visitor that their stored profile does not bear out', async () => {
    const readToken = await system.view('carl', 'car-1', 'car-5', 'car-9', 'car-2', 'car-13', 'car-25');
    const profile = { key: { $case: 'userId' as const, value: 'carl' } };
    const options = { readToken, freshness: Freshness.UNSPECIFIED };
    const stored = await system.clients.profiles.getProfile({ profile, options });
    const { preferences } = await system.clients.profiles.getPreferences({ profile, options, maxValues: 1_000 });
    const known = { profile: stored.profile!, preferences: preferences! };
    const { items: recommended } = await system.recommend('carl', { maxResults: 40, readToken });
    const claims = recommended.flatMap(claimsOf);
    expect(new Set(claims.map(({ dimension }) => dimension))).toContain('colour');
    expect(claims.filter((claim) => !isSupported(claim, known))).toEqual([]);
    for (const { itemId, dimension, value } of claims) {
      expect(String(items[itemId]?.[dimension as 'colour' | 'price'])).toBe(value);
    }
    expect(isSupported({ itemId: 'any', dimension: 'colour', value: 'black' }, known)).toBe(false);
  });

  it('leaves out what cannot be had any more', async () => {
    const before = idsOf(await system.recommend('stranger', { maxResults: 3 }));
    const gone = before[0]!;
    await system.putItems({ [gone]: { ...items[gone]!, available_until: '2020-01-01' } });
    const isGone = async () => !idsOf(await system.recommend('stranger', { maxResults: 40 })).includes(gone);
    await until(isGone, 90_000, 'the item to be left out');
    await system.putItems({ [gone]: items[gone]! });
  });

  it('meters what it asks of Personalize, and what that costs', async () => {
    const calls = 'affinity_gateway_model_call_seconds_count';
    const { gateway } = system.services;
    await system.recommend('stranger');
    const [asked, cost] = [
      await readMetric(gateway, calls),
      await readMetric(gateway, 'affinity_gateway_model_cost_total'),
    ];
    expect(asked).toBeGreaterThan(0);
    expect(cost).toBeCloseTo((asked * 0.5) / 1_000, 9);
  });

  it('keeps to caps, exclusions and the number asked for', async () => {
    const diversityCaps = [{ attribute: 'colour', maxItems: 2 }];
    const answer = await system.recommend('stranger', {
      maxResults: 8,
      diversityCaps,
      excludedItemIds: ['car-1', 'car-2'],
    });
    expectWhole(answer);
    expect(idsOf(answer)).toHaveLength(8);
    expect(idsOf(answer)).not.toContain('car-1');
    for (const colour of colours) {
      expect(idsOf(answer).filter((itemId) => colourOf(itemId) === colour)).toHaveLength(2);
    }
    expect((await system.recommend('stranger')).items).toHaveLength(25);
  });

  it('gives related items, and ranks a list, unknown items last', async () => {
    const related = await system.recommend('stranger', { relatedToItemId: 'car-3', maxResults: 5 });
    expectWhole(related);
    expect(idsOf(related)).not.toContain('car-3');
    expect(related.items[0]?.reason).toContain('car-3');
    const readToken = await system.view('bob', 'car-2', 'car-6', 'car-10');
    const profile = { key: { $case: 'userId' as const, value: 'bob' } };
    const ranked = await system.clients.gateway.rankItems({
      profile,
      itemIds: ['never-heard-of', 'car-1', 'car-14', 'car-3'],
      readToken,
    });
    expectWhole(ranked);
    expect(idsOf(ranked)).toHaveLength(4);
    expect(idsOf(ranked)[0]).toBe('car-14');
    expect(idsOf(ranked).at(-1)).toBe('never-heard-of');
  });

  it('names the fields of a request that break a rule', async () => {
    await expect(system.recommend('session:x', { maxResults: 101 })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      fieldViolations: [{ field: 'profile.user_id' }, { field: 'max_results' }],
    });
    await expect(system.clients.gateway.rankItems({ itemIds: [], readToken: '' })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      fieldViolations: [{ field: 'profile' }, { field: 'item_ids' }],
    });
  });

  it('answers every call within its deadline while Personalize is killed or stalled, and recovers by itself', async () => {
    const { personalize } = system.services;
    const deadlineMs = 500;
    await until(async () => (await missingOf(deadlineMs))?.length === 0, 20_000, 'a quick whole answer');
    const faults = [
      { begin: () => personalize.kill(), end: () => personalize.restart() },
      { begin: async () => personalize.pause(), end: async () => personalize.resume() },
    ];
    for (const { begin, end } of faults) {
      await begin();
      try {
        for (let i = 0; i < 60; i += 1) {
          const answer = await system.recommend('anna', { maxResults: 10 }, deadlineMs);
          expectWhole(answer);
          expect(answer.items).toHaveLength(10);
          expect(answer.info?.degraded).toBe(true);
          expect(answer.info?.missing).toContain(MissingPart.MODEL);
        }
      } finally {
        await end();
      }
      await recovered();
    }
  });

  it('answers in the model’s order without the feature store, and with popular items without both', async () => {
    const { personalize, store } = system.services;
    await store.kill();
    try {
      const alone = await system.recommend('anna', { maxResults: 10 });
      expectWhole(alone);
      expect(alone.items.map(({ modelRank }) => modelRank)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
      expect(alone.info?.degraded).toBe(true);
      expect(alone.info?.missing).toContain(MissingPart.PREFERENCES);
      expect(alone.info?.missing).not.toContain(MissingPart.MODEL);
      personalize.pause();
      const trending = await system.recommend('anna', { maxResults: 10 }, 1_000);
      expectWhole(trending);
      expect(trending.items).toHaveLength(10);
      expect(trending.info?.missing.slice(0, 2)).toEqual([MissingPart.MODEL, MissingPart.PREFERENCES]);
    } finally {
      personalize.resume();
      await store.restart();
    }
    await recovered();
  });

  it('holds nothing that a kill could lose: it answers as before once it is there again', async () => {
    const before = idsOf(await system.recommend('stranger'));
    await system.services.gateway.kill();
    await system.services.gateway.restart();
    const again = await until(() => system.recommend('stranger'), 20_000, 'an answer');
    expectWhole(again);
    expect(idsOf(again)).toEqual(before);
  });

  it('answers the calls in flight when it is told to stop, and exits with 0', async () => {
    const calls = Array.from({ length: 10 }, () => system.recommend('anna'));
    await Promise.any(calls);
    expect(await system.services.gateway.stop()).toMatchObject({ code: 0 });
    const answered = (await Promise.allSettled(calls)).filter(({ status }) => status === 'fulfilled');
    expect(answered.length).toBeGreaterThan(0);
  });
});
