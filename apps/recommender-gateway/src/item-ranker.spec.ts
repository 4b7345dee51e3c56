import { ContributionSource, MissingPart } from '@affinity/contracts';
import { createParts, type Knowledge } from './in-memory-parts.fixture';
import { ItemRanker } from './item-ranker';

const visitor = { ref: { key: { $case: 'userId' as const, value: 'u' } }, modelId: 'u', readToken: '' };
const model = {
  recommendationId: 'RID-1',
  candidates: [
    { itemId: 'a', score: 0.4 },
    { itemId: 'b', score: 0.3 },
    { itemId: 'c', score: 0.1 },
    { itemId: 'unknown' },
  ],
};

async function rank(knowledge: Knowledge, itemIds = ['unknown', 'c', 'b', 'a'], withModel = true) {
  const parts = createParts(knowledge);
  const ranker = new ItemRanker({ ...parts, candidates: withModel ? parts.candidates : undefined });
  const { items, info } = await ranker.rank({ visitor, itemIds }, parts.limits(), parts.answer);
  for (const { score, contributions } of items) {
    expect(contributions.reduce((sum, { contribution }) => sum + contribution, 0)).toBe(score);
  }
  expect(items.map(({ itemId }) => itemId).sort()).toEqual([...itemIds].sort());
  return { ids: items.map(({ itemId }) => itemId), items, info };
}

describe('ItemRanker', () => {
  it('gives all items back in the model’s order, unknown ones last', async () => {
    const { ids, items, info } = await rank({ model, likings: { a: 0, b: 0, c: 0 } });
    expect(ids).toEqual(['a', 'b', 'c', 'unknown']);
    expect(items.map(({ modelRank }) => modelRank)).toEqual([1, 2, 3, 0]);
    expect(info).toMatchObject({ recommendationId: 'RID-1', degraded: false });
  });

  it('moves up what the visitor prefers', async () => {
    expect((await rank({ model, likings: { a: 0, b: 0, c: 3 } })).ids).toEqual(['a', 'c', 'b', 'unknown']);
  });

  it('counts popularity beside the model where the deployment does, for the items of the list alone', async () => {
    expect((await rank({ model, likings: {} })).ids).toEqual(['a', 'b', 'c', 'unknown']);
    const { ids, items } = await rank({ model, likings: {}, alwaysPopular: ['other', 'c', 'b'] });
    expect(ids).toEqual(['a', 'c', 'b', 'unknown']);
    expect(items[1]?.contributions.map(({ source }) => source)).toEqual([
      ContributionSource.MODEL,
      ContributionSource.POPULARITY,
    ]);
  });

  it('ranks by preference and popularity when the model is away', async () => {
    const { ids, items, info } = await rank({ model: 'silent', likings: { a: 0, b: 0 }, popular: ['b', 'other', 'a'] });
    expect(ids.slice(0, 2)).toEqual(['b', 'a']);
    expect(items[0]?.contributions[0]?.source).toBe(ContributionSource.POPULARITY);
    expect(info).toMatchObject({ degraded: true, missing: [MissingPart.MODEL] });
  });

  it('is not degraded where the deployment has no model that ranks', async () => {
    const { ids, info } = await rank({ likings: { a: 0, b: 1, c: 2 } }, undefined, false);
    expect(ids).toEqual(['c', 'b', 'a', 'unknown']);
    expect(info?.degraded).toBe(false);
  });

  it('keeps the caller’s order when nothing is known', async () => {
    const { ids, info } = await rank({ model: 'away', likings: 'away' });
    expect(ids).toEqual(['unknown', 'c', 'b', 'a']);
    expect(info?.missing).toEqual([MissingPart.MODEL, MissingPart.PREFERENCES]);
  });
});
