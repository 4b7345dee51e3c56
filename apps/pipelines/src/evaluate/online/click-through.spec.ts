import { ClickThrough } from './click-through';
import { readOnlineEvent, type OnlineEvent } from './online-event';

const shown = (visitor: string, recommendationId: string, variant = 'a'): OnlineEvent => ({
  kind: 'shown',
  visitor,
  recommendationId,
  itemIds: ['x', 'y'],
  experiment: 'e',
  variant,
  degraded: false,
});
const acted = (visitor: string, recommendationId: string, itemId = 'x', eventType = 'view'): OnlineEvent => ({
  kind: 'acted',
  visitor,
  recommendationId,
  itemId,
  eventType,
});

function evaluate(events: readonly OnlineEvent[], maxHeld = 1_000) {
  const clickThrough = new ClickThrough({ maxHeld, countsAsClick: (eventType) => eventType === 'view' });
  for (const event of events) clickThrough.add(event);
  return clickThrough.results();
}

describe('ClickThrough', () => {
  it('counts an answer as clicked once, when an item that it showed was acted on', () => {
    const results = evaluate([
      shown('ann', 'r1'),
      acted('ann', 'r1'),
      acted('ann', 'r1', 'y'),
      shown('ann', 'r2'),
      acted('ann', 'r2', 'not shown'),
      acted('bob', 'r3'),
      shown('bob', 'r3'),
      shown('bob', 'r4'),
      acted('bob', 'r4', 'x', 'unpark'),
      acted('eve', 'r1'),
      shown('zoe', 'r5', 'b'),
    ]);
    expect(results).toMatchObject([
      { experiment: 'e', variant: 'a', visitors: 2, answers: 4, clickedAnswers: 2, clickThrough: { share: 0.5 } },
      { experiment: 'e', variant: 'b', visitors: 1, answers: 1, clickedAnswers: 0, clickingVisitors: { share: 0 } },
    ]);
  });

  it('takes the parts of a long answer for one', () => {
    const long = [
      shown('ann', 'r1'),
      { ...shown('ann', 'r1'), itemIds: ['z'] } as OnlineEvent,
      acted('ann', 'r1', 'z'),
    ];
    expect(evaluate(long)).toMatchObject([{ answers: 1, clickedAnswers: 1 }]);
  });

  it('says when there is more than it may hold', () => {
    expect(() => evaluate([shown('ann', 'r1'), shown('ann', 'r2')], 1)).toThrow('more than 1 answers and clicks');
  });
});

describe('readOnlineEvent', () => {
  const attributes = { recommendation_experiment: 'e', recommendation_variant: 'b', recommendation_degraded: true };
  const row = {
    profile_key: 'ann',
    event_type: 'impression',
    item_id: null,
    recommendation_id: 'r1',
    shown_items: 'x\u001fy',
    attributes: JSON.stringify(attributes),
  };

  it('tells what was shown and what was done about it', () => {
    expect(readOnlineEvent(row)).toEqual({ ...shown('ann', 'r1', 'b'), degraded: true });
    expect(readOnlineEvent({ ...row, event_type: 'view', item_id: 'x' })).toEqual(acted('ann', 'r1'));
    expect(readOnlineEvent({ ...row, shown_items: '', attributes: null })).toBeUndefined();
    expect(readOnlineEvent({ ...row, shown_items: null })).toBeUndefined();
  });
});
