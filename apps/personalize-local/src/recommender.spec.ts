import { EnsembleModel } from '@affinity/domain';
import type { RecordedEvent } from './recorded';
import { Recommender } from './recommender';

const dayMs = 86_400_000;
const version = 'v';
const limits = { maxItems: 100, maxVisitors: 100, maxVisitsPerVisitor: 10, popularityHalfLifeMs: dayMs };

function createRecommender(): Recommender {
  const recommender = new Recommender({ limits, maxEventIds: 4, maxMetadataCharacters: 20, maxInteractions: 1_000 });
  recommender.adopt(version, new EnsembleModel(limits));
  return recommender;
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
    expect(recommender.model(version)?.forVisitor('stranger', { count: 1 })).toMatchObject([{ itemId: 'now' }]);
  });

  it('restores all that it dumped', () => {
    const recommender = createRecommender();
    recommender.apply(event({ eventId: '1' }));
    recommender.apply({ kind: 'item', id: 'put', properties: '{}' });
    recommender.apply({ kind: 'user', id: 'u', properties: '{"a":1}' });
    const restored = createRecommender();
    for (const record of recommender.dump()) restored.restore(JSON.parse(JSON.stringify(record)));
    restored.apply(event({ eventId: '1' }));
    expect(restored.counts).toEqual({ learned: 1, repeated: 1 });
    expect(restored.items.get('put')).toBe('{}');
    expect(restored.users.get('u')).toBe('{"a":1}');
    expect(restored.recent.typesOf('u', 'i')).toEqual(['view']);
    expect(restored.interactions({}).length).toBe(1);
    expect(restored.model(version)?.rank('u', ['put'])[0]?.score).toBe(1);
  });

  it('replaces what earlier imports brought by a FULL import, and keeps events', () => {
    const recommender = createRecommender();
    const row = (importNumber: number) => ({
      userId: 'u',
      sessionId: 'u',
      itemId: 'i',
      eventType: '',
      atMs: 1,
      importNumber,
    });
    recommender.apply(event());
    recommender.apply({ kind: 'rows', rows: [row(1), row(1)] });
    recommender.apply({ kind: 'imported', importNumber: 1, mode: 'FULL' });
    recommender.apply({ kind: 'rows', rows: [row(2)] });
    recommender.apply({ kind: 'imported', importNumber: 2, mode: 'INCREMENTAL' });
    expect(recommender.interactions({}).length).toBe(4);
    recommender.apply({ kind: 'rows', rows: [row(3)] });
    expect(recommender.interactions({}).length).toBe(4);
    recommender.apply({ kind: 'imported', importNumber: 3, mode: 'FULL' });
    expect(recommender.interactions({}).length).toBe(2);
    expect(recommender.interactions({ eventType: 'VIEW' }).length).toBe(1);
  });

  it('lets a model that is being trained catch up with what comes meanwhile', () => {
    const recommender = createRecommender();
    const changes = recommender.gatherChanges();
    recommender.apply(event({ itemId: 'meanwhile' }));
    const model = new EnsembleModel(limits);
    for (const change of changes.stop()) change(model);
    recommender.adopt('next', model);
    recommender.apply(event({ itemId: 'later', eventId: 'later' }));
    expect(recommender.model('next')?.hasItem('meanwhile')).toBe(true);
    expect(recommender.model('next')?.hasItem('later')).toBe(true);
  });

  it('forgets a user', () => {
    const recommender = createRecommender();
    recommender.apply(event());
    recommender.apply({ kind: 'user-deleted', userId: 'u' });
    expect(recommender.interactions({}).length).toBe(0);
    expect(recommender.recent.typesOf('u', 'i')).toEqual([]);
  });

  it('keeps metadata within its bound, newest first', () => {
    const { items } = createRecommender();
    for (const id of ['a', 'b', 'c']) items.put(id, '123456789');
    expect(['a', 'b', 'c'].map((id) => items.get(id) !== undefined)).toEqual([false, true, true]);
  });
});
