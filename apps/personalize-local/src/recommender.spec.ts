import { TransitionModel } from './model/transition-model';
import { Recommender, type RecordedEvent } from './recommender';

const dayMs = 86_400_000;

function createRecommender(): Recommender {
  const model = new TransitionModel({
    maxItems: 100,
    maxVisitors: 100,
    maxVisitsPerVisitor: 10,
    popularityHalfLifeMs: dayMs,
    transitionHalfLifeMs: dayMs,
  });
  return new Recommender({ model, maxEventIds: 4, maxMetadataCharacters: 20 });
}

const event = (over: Partial<RecordedEvent> = {}): RecordedEvent => ({
  kind: 'event',
  userId: 'u',
  sessionId: 's',
  eventType: 'view',
  itemId: 'i',
  sentAtMs: 1_000,
  receivedAtMs: 2_000,
  ...over,
});

describe('Recommender', () => {
  it('learns from an event id once', () => {
    const recommender = createRecommender();
    for (const itemId of ['i', 'j', 'i']) recommender.apply(event({ eventId: 'same', itemId }));
    expect(recommender.counts).toEqual({ learned: 1, repeated: 2 });
  });

  it('takes events without an id that agree in everything for one', () => {
    const recommender = createRecommender();
    for (const over of [{}, {}, { sentAtMs: 1_001 }, { properties: '{"a":1}' }]) recommender.apply(event(over));
    expect(recommender.counts).toEqual({ learned: 3, repeated: 1 });
  });

  it('forgets the oldest ids first', () => {
    const recommender = createRecommender();
    for (const eventId of ['1', '2', '3', '4', '5', '2', '1']) recommender.apply(event({ eventId }));
    expect(recommender.counts).toEqual({ learned: 6, repeated: 1 });
  });

  it('does not let a clock that runs ahead age everything else', () => {
    const recommender = createRecommender();
    recommender.apply(event({ eventId: '1', itemId: 'ahead', sentAtMs: 1_000 * dayMs }));
    for (const eventId of ['2', '3']) recommender.apply(event({ eventId, itemId: 'now', sentAtMs: 2_000 }));
    expect(recommender.model.forVisitor('stranger', 1)).toMatchObject([{ itemId: 'now' }]);
  });

  it('restores all that it dumped', () => {
    const recommender = createRecommender();
    recommender.apply(event({ eventId: '1' }));
    recommender.apply({ kind: 'item', id: 'put', properties: '{}' });
    recommender.apply({ kind: 'user', id: 'u', properties: '{"a":1}' });
    const restored = createRecommender();
    for (const record of recommender.dump()) restored.restore(record);
    restored.apply(event({ eventId: '1' }));
    expect(restored.counts).toEqual({ learned: 1, repeated: 1 });
    expect(restored.items.get('put')).toBe('{}');
    expect(restored.users.get('u')).toBe('{"a":1}');
    expect(restored.model.rank('u', ['put'])[0]?.score).toBe(0);
  });

  it('keeps metadata within its bound, newest first', () => {
    const { items } = createRecommender();
    for (const id of ['a', 'b', 'c']) items.put(id, '123456789');
    expect(['a', 'b', 'c'].map((id) => items.get(id) !== undefined)).toEqual([false, true, true]);
  });
});
