import { GetRecommendationsRequest, type RankItemsRequest } from '@affinity/contracts';
import { AffinityError } from '@affinity/service-kit';
import { parseRankingQuestion } from './ranking-question';
import { parseRecommendationQuestion } from './recommendation-question';

const profile = { key: { $case: 'userId' as const, value: 'u' } };

function fieldsOf(parse: () => unknown): string[] {
  try {
    parse();
  } catch (error) {
    if (error instanceof AffinityError) return error.fieldViolations.map(({ field }) => field);
  }
  return [];
}

const recommend = (over: Partial<GetRecommendationsRequest>) => () =>
  parseRecommendationQuestion({ ...GetRecommendationsRequest.fromPartial({}), profile, ...over });
const rank = (over: Partial<RankItemsRequest>) => () =>
  parseRankingQuestion({ profile, itemIds: ['a'], readToken: '', ...over });

describe('parseRecommendationQuestion', () => {
  it('fills in what was not said', () => {
    expect(recommend({})()).toMatchObject({
      maxResults: 25,
      relatedTo: undefined,
      visitor: { modelId: 'u', readToken: '' },
    });
    expect(recommend({ maxResults: 100 })().maxResults).toBe(100);
    const session = { key: { $case: 'sessionId' as const, value: 's' } };
    expect(recommend({ profile: session })().visitor.modelId).toBe('s');
  });

  it('names every field that breaks a rule', () => {
    const broken = {
      profile: { key: { $case: 'userId' as const, value: 'session:x' } },
      maxResults: 101,
      relatedToItemId: 'x'.repeat(257),
      readToken: 'no token',
      diversityCaps: [{ attribute: '', maxItems: 0 }],
      excludedItemIds: Array<string>(501).fill('x'),
    };
    expect(fieldsOf(recommend(broken))).toEqual([
      'profile.user_id',
      'read_token',
      'max_results',
      'related_to_item_id',
      'diversity_caps[0].attribute',
      'diversity_caps[0].max_items',
      'excluded_item_ids',
    ]);
    expect(fieldsOf(() => parseRecommendationQuestion(GetRecommendationsRequest.fromPartial({})))).toEqual(['profile']);
  });
});

describe('parseRankingQuestion', () => {
  it('takes up to 500 different items', () => {
    expect(rank({ itemIds: Array.from({ length: 500 }, (_, i) => `i${i}`) })().itemIds).toHaveLength(500);
    expect(fieldsOf(rank({ itemIds: [] }))).toEqual(['item_ids']);
    expect(fieldsOf(rank({ itemIds: Array.from({ length: 501 }, (_, i) => `i${i}`) }))).toEqual(['item_ids']);
    expect(fieldsOf(rank({ itemIds: ['a', '', 'a'] }))).toEqual(['item_ids[1]', 'item_ids[2]']);
  });
});
