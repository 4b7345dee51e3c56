import { ContributionSource, MissingPart } from '@affinity/contracts';
import { createParts, type Knowledge } from './in-memory-parts.fixture';
import { Recommender } from './recommender';
import type { RecommendationQuestion } from './request/recommendation-question';

const model = {
  recommendationId: 'RID-1',
  candidates: ['a', 'b', 'c', 'd'].map((itemId, i) => ({ itemId, score: 0.4 - i / 10 })),
};

const question: RecommendationQuestion = {
  visitor: { ref: { key: { $case: 'userId', value: 'u' } }, modelId: 'u', readToken: '' },
  maxResults: 3,
  relatedTo: undefined,
  includeSeen: false,
  caps: [],
  excluded: new Set(),
};

async function ask(knowledge: Knowledge, over: Partial<RecommendationQuestion> = {}) {
  const parts = createParts(knowledge);
  const recommender = new Recommender(parts);
  const { items, info } = await recommender.recommend({ ...question, ...over }, parts.limits(), parts.answer);
  for (const { score, contributions } of items) {
    expect(contributions.reduce((sum, { contribution }) => sum + contribution, 0)).toBe(score);
  }
  return { ids: items.map(({ itemId }) => itemId), items, info };
}

describe('Recommender', () => {
  it('keeps the model’s order for a visitor of whom nothing is known', async () => {
    const { ids, items, info } = await ask({ model, likings: { a: 0, b: 0, c: 0, d: 0 } });
    expect(ids).toEqual(['a', 'b', 'c']);
    expect(items.map(({ modelRank }) => modelRank)).toEqual([1, 2, 3]);
    expect(info).toEqual({ recommendationId: 'RID-1', degraded: false, missing: [], variant: '', experiment: '' });
  });

  it('moves up what the visitor prefers, and says so', async () => {
    const { ids, items } = await ask({ model, likings: { a: 0, b: 2, c: 0, d: 0 } });
    expect(ids[0]).toBe('b');
    expect(items[0]?.reason).toBe('You favour colour red more than others do, and this one has that.');
    expect(items[0]?.contributions.map(({ source }) => source)).toEqual([
      ContributionSource.MODEL,
      ContributionSource.PREFERENCE,
    ]);
  });

  it('leaves out what was seen, what is excluded, and the item itself', async () => {
    const knowledge = { model, seen: ['a'] };
    expect((await ask(knowledge, { excluded: new Set(['b']) })).ids).toEqual(['c', 'd']);
    expect((await ask(knowledge, { includeSeen: true, relatedTo: 'c' })).ids).toEqual(['a', 'b', 'd']);
  });

  it('keeps to the caps', async () => {
    const red = new Map([['colour', 'red']]);
    const attributes = { a: red, b: red, c: new Map([['colour', 'blue']]) };
    const caps = [{ attribute: 'colour', maxItems: 1 }];
    expect((await ask({ model, attributes }, { caps })).ids).toEqual(['a', 'c', 'd']);
  });

  it('leaves out what is not there yet or no more, and fills up with popular items that are', async () => {
    const attributes = {
      a: new Map([['available_until', '2001-01-01']]),
      b: new Map([['available_from', '2999-01-01']]),
      p: new Map([['available_until', 86_400]]),
    };
    const popular = ['p', 'q'];
    expect((await ask({ model, attributes, popular })).ids).toEqual(['c', 'd', 'q']);
  });

  it('fills up with popular items when the model names too few', async () => {
    const few = { candidates: model.candidates.slice(0, 1) };
    const { ids, items } = await ask({ model: few, popular: ['seen', 'a', 'p', 'q', 'r'], seen: ['seen'] });
    expect(ids).toEqual(['a', 'p', 'q']);
    expect(items.map(({ modelRank }) => modelRank)).toEqual([1, 0, 0]);
    expect(items[1]?.reason).toBe('Popular with visitors lately.');
  });

  it.each(['away', 'silent'] as const)(
    'answers with popular items, ranked by preference, when the model is %s',
    async (state) => {
      const { ids, items, info } = await ask({
        model: state,
        popular: ['p', 'q', 'r', 's'],
        likings: { p: 0, q: 3, r: 0, s: 0 },
      });
      expect(ids[0]).toBe('q');
      expect(items[0]?.contributions[0]?.source).toBe(ContributionSource.POPULARITY);
      expect(info).toMatchObject({ degraded: true, missing: [MissingPart.MODEL] });
      expect(info?.recommendationId).toMatch(/^[\da-f-]{36}$/);
    },
  );

  it('counts popularity beside the model where the deployment does, popular items the model does not name included', async () => {
    const { ids, items } = await ask({ model, alwaysPopular: ['p', 'a', 'seen', 'd'], seen: ['seen'], likings: {} });
    expect(ids[0]).toBe('a');
    expect(ids).toContain('p');
    const sources = items.map(({ contributions }) => contributions.map(({ source }) => source));
    expect(sources[0]).toEqual([ContributionSource.MODEL, ContributionSource.POPULARITY]);
    expect(items.find(({ itemId }) => itemId === 'p')).toMatchObject({
      modelRank: 0,
      reason: 'Popular with visitors lately.',
    });
  });

  it('does not take what is popular for related to an item', async () => {
    const { ids, items } = await ask({ model, alwaysPopular: ['p', 'd'] }, { relatedTo: 'x' });
    expect(ids).toEqual(['a', 'b', 'c']);
    expect(items[0]?.contributions.map(({ source }) => source)).toEqual([ContributionSource.MODEL]);
  });

  it('says so when popularity counts and is not known', async () => {
    const { ids, info } = await ask({ model, alwaysPopular: 'away' });
    expect(ids).toEqual(['a', 'b', 'c']);
    expect(info).toMatchObject({ degraded: true, missing: [MissingPart.POPULARITY] });
    const withoutModel = await ask({ model: 'away', alwaysPopular: 'away', popular: ['p'] });
    expect(withoutModel.info?.missing).toEqual([MissingPart.MODEL]);
  });

  it('answers in the model’s order when preferences are away', async () => {
    const { ids, info } = await ask({ model, likings: 'away' });
    expect(ids).toEqual(['a', 'b', 'c']);
    expect(info).toMatchObject({ degraded: true, missing: [MissingPart.PREFERENCES], recommendationId: 'RID-1' });
  });

  it('answers with popular items when both are away, and with nothing when nothing is known', async () => {
    const { ids, info } = await ask({ model: 'away', likings: 'away', popular: ['p', 'q'] });
    expect(ids).toEqual(['p', 'q']);
    expect(info?.missing).toEqual([MissingPart.MODEL, MissingPart.PREFERENCES]);
    expect((await ask({ model: 'away', likings: 'away' })).ids).toEqual([]);
  });

  it('says that caps and availability could not be looked at when the catalogue is away', async () => {
    const { ids, info } = await ask({ model, attributes: 'away' }, { caps: [{ attribute: 'colour', maxItems: 1 }] });
    expect(ids).toEqual(['a', 'b', 'c']);
    expect(info?.missing).toEqual([MissingPart.CATALOG]);
  });

  it('remembers what the model proposed for when it is away', async () => {
    const parts = createParts({ model });
    await new Recommender(parts).recommend(question, parts.limits(), parts.answer);
    const later = new Recommender({ ...createParts({ model: 'away' }), fallback: parts.fallback });
    const { items } = await later.recommend(question, parts.limits(), parts.answer);
    expect(items.map(({ itemId }) => itemId)).toEqual(['a', 'b', 'c']);
    expect(items[0]?.reason).toBe('Recommended to visitors lately.');
  });
});
