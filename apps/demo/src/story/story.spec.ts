import type { Profile, RecommendedItem } from '@affinity/contracts';
import type { DatasetInteraction } from '@affinity/datasets';
import type { AttributeValue, Schema } from '@affinity/domain';
import { schemaOf } from '@affinity/domain/fixtures';
import { fiveViews, viewTypeOf } from './five-views';
import { chooseVisitor, type KnownData } from './known-data';
import { contributionsAddUp, recommendationRows } from './recommendation-rows';
import { tasteRows, totalVariation } from './taste-rows';

function schemaWith(eventTypes: Readonly<Record<string, number>>): Schema {
  return schemaOf({
    version: '1',
    event_types: eventTypes,
    dimensions: [
      { name: 'price', kind: 'numeric' },
      { name: 'make', kind: 'categorical' },
    ],
  });
}

const day = 86_400_000;

function views(
  userId: string,
  count: number,
  { fromMs = 200 * day, make = 'Audi' } = {},
): readonly DatasetInteraction[] {
  return Array.from({ length: count }, (_, i) => ({
    eventId: `${userId}-${i}`,
    userId,
    sessionId: 's',
    eventType: 'view',
    itemId: `${make}-${i % 3}`,
    occurredAtMs: fromMs + i,
  }));
}

function dataOf(interactions: readonly DatasetInteraction[], steady: readonly string[] = []): KnownData {
  const taste = { categorical: {}, numeric: {} };
  const makes = ['Audi', 'BMW', 'Tesla'];
  const items = makes.flatMap((make) =>
    Array.from({ length: 8 }, (_, i) => [`${make}-${i}`, new Map<string, AttributeValue>([['make', make]])] as const),
  );
  return {
    dataset: { schema: schemaWith({ view: 1 }) } as KnownData['dataset'],
    items: new Map(items),
    interactions,
    truth: new Map(steady.map((userId) => [userId, { userId, taste }])),
  };
}

describe('chooseVisitor', () => {
  it('prefers a known, steady taste, then the number of events', () => {
    const interactions = [...views('few', 2), ...views('fitting', 60), ...views('steady', 20), ...views('', 60)];
    expect(chooseVisitor(dataOf(interactions, ['steady', 'few']))).toBe('steady');
    expect(chooseVisitor(dataOf(interactions))).toBe('fitting');
  });

  it('counts recent events only, and knows nobody among the anonymous', () => {
    expect(chooseVisitor(dataOf([...views('old', 60, { fromMs: 0 }), ...views('new', 3)]))).toBe('new');
    expect(chooseVisitor(dataOf(views('', 5)))).toBeUndefined();
  });
});

describe('fiveViews', () => {
  it('views five items that the visitor has not met, of the value that they met least', () => {
    const data = dataOf([...views('u', 9), ...views('u', 2, { make: 'BMW' })]);
    const found = fiveViews(data, 'u', () => 7);
    expect(found?.what).toBe('make is Tesla');
    expect(found?.interactions.map(({ itemId }) => itemId)).toEqual([
      'Tesla-0',
      'Tesla-1',
      'Tesla-2',
      'Tesla-3',
      'Tesla-4',
    ]);
    expect(found?.interactions[0]).toMatchObject({ userId: 'u', eventType: 'view', occurredAtMs: 7 });
  });

  it('uses the first type that adds to a profile where the schema has no "view"', () => {
    expect(viewTypeOf(schemaWith({ unlike: -1, rate: 1 }))).toBe('rate');
    expect(viewTypeOf(schemaWith({ rate: 1, view: 1 }))).toBe('view');
  });
});

describe('tasteRows', () => {
  const profile: Profile = {
    dimensions: [
      {
        name: 'make',
        state: {
          $case: 'categorical',
          value: {
            categories: [
              { value: 'Audi', weight: 3, share: 0.75 },
              { value: 'BMW', weight: 1, share: 0.25 },
            ],
            otherWeight: 0,
            totalWeight: 4,
          },
        },
      },
      { name: 'price', state: { $case: 'numeric', value: { weight: 4, mean: 10, variance: 4, min: 8, max: 12 } } },
    ],
    eventCount: 4n,
    firstDay: '',
    lastDay: '',
  };

  it('shows a profile beside the taste, and how far they are apart', () => {
    const taste = { categorical: { make: { Audi: 0.5, Tesla: 0.5 } }, numeric: { price: { mean: 11, sd: 3 } } };
    expect(tasteRows(profile, taste)).toEqual([
      ['dimension', 'generated from', 'profile', 'apart'],
      ['make', 'Audi 50 %, Tesla 50 %', 'Audi 75 %, BMW 25 %', '50 %'],
      ['price', '11 ± 3', '10 ± 2', ''],
    ]);
  });

  it('shows a profile alone where no taste is known', () => {
    expect(tasteRows(profile, undefined)[1]).toEqual(['make', 'Audi 75 %, BMW 25 %']);
  });

  it('measures distance by half the sum of the differences', () => {
    expect([totalVariation({ a: 1 }, { a: 1 }), totalVariation({ a: 1 }, { b: 1 })]).toEqual([0, 1]);
  });
});

describe('recommendationRows', () => {
  const item: RecommendedItem = {
    itemId: 'Audi-1',
    score: 1.5,
    reason: 'You like Audi.',
    modelRank: 1,
    contributions: [0.5, 1].map((contribution) => ({ source: 0 as never, dimension: '', value: '', contribution })),
  };

  it('says what an item is and why it is there', () => {
    expect(recommendationRows([item], dataOf([]))[1]).toEqual(['1', 'Audi-1', 'Audi', '1.50', 'You like Audi.']);
  });

  it('notices when the parts of a score do not add up to it', () => {
    expect([contributionsAddUp([item]), contributionsAddUp([{ ...item, score: 1.6 }])]).toEqual([true, false]);
  });
});
