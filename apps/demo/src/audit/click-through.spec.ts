import { clickThrough, type KnownShows } from './click-through';
import type { ShownLine } from './shown-lines';

const interaction = {
  eventId: 'click-0',
  userId: 'ann',
  sessionId: '',
  eventType: 'view',
  itemId: 'a',
  occurredAtMs: 0,
};
const known: KnownShows = {
  shown: [
    { userId: 'ann', recommendationId: 'r1', variant: 'control', itemIds: ['a', 'b'] },
    { userId: 'bob', recommendationId: 'r2', variant: 'bold', itemIds: ['c'] },
  ],
  clicks: [{ recommendationId: 'r1', interaction }],
};
const impressions: readonly ShownLine[] = known.shown.map((shown, i) => ({
  ...shown,
  eventId: `i${i}`,
  eventType: 'impression',
  itemId: undefined,
  occurredAtMs: 0,
}));
const click: ShownLine = { ...interaction, recommendationId: 'r1', itemIds: [], variant: undefined };

describe('clickThrough', () => {
  it('counts by the variant that showed the list', () => {
    expect(clickThrough([click, ...impressions], known)).toEqual({
      variants: [
        { variant: 'bold', impressions: 1, clicks: 0 },
        { variant: 'control', impressions: 1, clicks: 1 },
      ],
      differences: [],
    });
  });

  it('tells what is missing, what is there twice, what nobody knows and what is not as it was', () => {
    const wrong = (lines: readonly ShownLine[]): readonly string[] => clickThrough(lines, known).differences;
    expect(wrong(impressions)).toEqual(['click ["r1","ann","click-0","a"]: 1 missing']);
    expect(wrong([...impressions, click, click])).toEqual(['click ["r1","ann","click-0","a"]: 1 too many']);
    expect(wrong([...impressions.slice(0, 1), click])).toEqual(['impression ["r2","bob","bold","c"]: 1 missing']);
    expect(wrong([...impressions.slice(0, 1), { ...impressions[1]!, itemIds: ['d'] }, click])).toHaveLength(2);
    expect(wrong([...impressions, click, { ...click, recommendationId: 'r9' }])).toHaveLength(1);
  });
});
