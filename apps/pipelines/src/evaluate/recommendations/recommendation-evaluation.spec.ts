import type { CatalogueItem, Dataset, DatasetInteraction } from '@affinity/datasets';
import type { AttributeValue } from '@affinity/domain';
import { schemaOf } from '@affinity/domain/fixtures';
import { seededRandom } from '@affinity/testing';
import { evaluateRecommendations, type RecommendationPlan } from './recommendation-evaluation';
import { metricsOf } from './recommendation-metrics';
import { recommendationTable } from './recommendation-table';
import { readFolderData } from './replayed-event';

const colours = ['red', 'blue', 'green', 'white'];

/** Visitors who each view items of one colour only; every tenth item was never to be had. */
function colourDataset(): Dataset {
  const schema = schemaOf({
    version: '1',
    event_types: { view: 1, unpark: -1 },
    dimensions: [{ name: 'colour', kind: 'categorical', prior_strength: 1 }],
  });
  const random = seededRandom(3);
  const items = Array.from({ length: 80 }, (_, i): CatalogueItem => {
    const attributes = new Map<string, AttributeValue>([['colour', colours[i % 4] ?? '']]);
    if (i % 10 === 0) attributes.set('available_until', '1970-01-01');
    return { itemId: `i${i}`, attributes };
  });
  const interactions = Array.from({ length: 40 * 12 }, (_, n): DatasetInteraction => {
    const visitor = n % 40;
    const item = Math.floor(random() * 20) * 4 + (visitor % 4);
    const eventType = n % 12 === 11 ? 'unpark' : 'view';
    return {
      eventId: `${n}`,
      userId: `u${visitor}`,
      sessionId: '',
      eventType,
      itemId: `i${item}`,
      occurredAtMs: n * 60_000,
    };
  });
  async function* stream<T>(values: readonly T[]): AsyncIterable<T> {
    yield* values;
  }
  return {
    name: 'colours',
    schema,
    schemaText: '',
    schemaOrigin: 'file',
    notes: [],
    itemCount: items.length,
    interactionCount: interactions.length,
    items: () => stream(items),
    interactions: () => stream(interactions),
    truth: () => stream([]),
  };
}

const plan = async (
  over: Partial<RecommendationPlan> = {},
  dataset: Dataset = colourDataset(),
): Promise<RecommendationPlan> => ({
  data: await readFolderData(dataset),
  split: 'last1',
  masked: true,
  availability: { from: 'available_from', until: 'available_until', days: undefined },
  maxQueries: 1_000,
  progress: () => undefined,
  ...over,
});

describe('evaluateRecommendations', () => {
  it('finds that preference beats popularity where taste decides', async () => {
    const evaluation = evaluateRecommendations(await plan());
    const rows = metricsOf(evaluation, { k: 10, random: seededRandom(1) });
    const ndcg = (method: string): number => rows.find((row) => row.method === method)?.means['NDCG@10']?.mean ?? 0;
    expect(ndcg('preference')).toBeGreaterThan(1.5 * ndcg('popularity'));
    expect(ndcg('model')).toBeGreaterThan(ndcg('popularity'));
    expect(recommendationTable(rows)).toContain('model + preference, reciprocal ranks');
  });

  it('lists and asks for only what could be had and what is new to the visitor', async () => {
    const dataset = colourDataset();
    const { answers } = evaluateRecommendations(await plan({}, dataset));
    const views = new Map<string, string[]>();
    for await (const { userId, itemId, eventType } of dataset.interactions()) {
      if (eventType === 'view') views.set(userId, [...(views.get(userId) ?? []), itemId]);
    }
    expect(answers.length).toBeGreaterThan(10);
    for (const { profileKey, relevant, lists } of answers) {
      const before = views.get(profileKey)?.slice(0, -1) ?? [];
      for (const itemId of [...relevant, ...Object.values(lists).flat()]) {
        expect(before).not.toContain(itemId);
        expect(Number(itemId.slice(1)) % 10).not.toBe(0);
      }
      for (const list of Object.values(lists)) expect(new Set(list).size).toBe(list.length);
    }
  });

  it('asks about repeats too when it is not masked, and about no more visitors than told', async () => {
    const masked = evaluateRecommendations(await plan());
    const unmasked = evaluateRecommendations(await plan({ masked: false }));
    expect(unmasked.answers.length).toBeGreaterThan(masked.answers.length);
    const few = evaluateRecommendations(await plan({ masked: false, maxQueries: 5 }));
    expect(few.answers.length).toBeLessThanOrEqual(5);
  });

  it('says so when the split leaves nothing to ask', async () => {
    const empty = await plan({ split: 'temporal' }, emptied());
    expect(() => evaluateRecommendations(empty)).toThrow(RangeError);
  });
});

function emptied(): Dataset {
  return { ...colourDataset(), interactions: async function* () {} };
}
