import { Event, type EventOutcome, type PublishEventsResponse } from '@affinity/contracts';
import { AffinityError, silentLogger, unavailable } from '@affinity/service-kit';
import { until } from '@affinity/testing';
import type { Impression } from './impression-events';
import type { ImpressionOutcome } from './impression-meter';
import { ImpressionPublisher } from './impression-publisher';

const impression: Impression = {
  visitor: { key: { $case: 'userId', value: 'ann' } },
  recommendationId: 'RID-1',
  itemIds: ['a', 'b'],
  assignment: { experiment: 'e', variant: 'bold' },
  degraded: false,
  shownAt: new Date(1_000),
};

type Answer = (events: readonly Event[], call: number) => Promise<PublishEventsResponse>;

const accepted = ({ eventId }: Event): EventOutcome => ({
  eventId,
  outcome: { $case: 'accepted', value: { unknownItem: false } },
});
const acceptAll: Answer = (events) => Promise.resolve({ outcomes: events.map(accepted), readToken: '' });

async function setUp({ answer = acceptAll, maxWaiting = 1_000 }: { answer?: Answer; maxWaiting?: number } = {}) {
  const stored: Event[] = [];
  const ended: Record<ImpressionOutcome, number> = { stored: 0, refused: 0, no_room: 0, cut: 0 };
  let calls = 0;
  const publisher = new ImpressionPublisher({
    ingest: {
      publishEvents: async (request) => {
        const events = request.events.map((event) => Event.fromPartial(event));
        const response = await answer(events, (calls += 1));
        stored.push(...events.filter((_, i) => response.outcomes[i]?.outcome?.$case === 'accepted'));
        return response;
      },
    },
    eventType: 'impression',
    maxWaiting,
    meter: { ended: (outcome, count) => (ended[outcome] += count), failed: () => undefined },
    logger: silentLogger(),
  });
  await publisher.start();
  return { publisher, stored, ended };
}

describe('ImpressionPublisher', () => {
  it('publishes what was shown with the recommendation id and the variant', async () => {
    const { publisher, stored, ended } = await setUp();
    publisher.offer(impression);
    publisher.offer({ ...impression, visitor: { key: { $case: 'sessionId', value: 's1' } }, assignment: undefined });
    await publisher.stop({ graceMs: 5_000 });
    expect(stored).toHaveLength(2);
    expect(stored[0]).toMatchObject({ userId: 'ann', eventType: 'impression', recommendationId: 'RID-1' });
    expect(stored[0]?.impression).toEqual(['a', 'b']);
    expect(stored[0]?.attributes.get('recommendation_variant')?.kind).toEqual({ $case: 'stringValue', value: 'bold' });
    expect(stored[1]).toMatchObject({ userId: '', sessionId: 's1' });
    expect(stored[1]?.attributes.has('recommendation_variant')).toBe(false);
    expect(ended).toMatchObject({ stored: 2, refused: 0 });
  });

  it('splits what is longer than one event may show', async () => {
    const { publisher, stored } = await setUp();
    const itemIds = Array.from({ length: 60 }, (_, i) => `i${i}`);
    publisher.offer({ ...impression, itemIds });
    await publisher.stop({ graceMs: 5_000 });
    expect(stored.flatMap((event) => event.impression)).toEqual(itemIds);
    expect(new Set(stored.map(({ eventId }) => eventId)).size).toBe(3);
  });

  it('keeps what ingest cannot take now, with the same ids, until it can', async () => {
    const seen = new Set<string>();
    const { publisher, stored, ended } = await setUp({
      answer: async (events, call) => {
        for (const { eventId } of events) seen.add(eventId);
        if (call <= 2) throw unavailable('away', { retryAfterMs: 1 });
        if (call > 3) return acceptAll(events, call);
        const value = { reason: 'busy', retryAfterMs: 1 };
        const later = ({ eventId }: Event): EventOutcome => ({ eventId, outcome: { $case: 'retryLater', value } });
        return { outcomes: events.map((event, i) => (i === 0 ? accepted(event) : later(event))), readToken: '' };
      },
    });
    for (let i = 0; i < 5; i += 1) publisher.offer(impression);
    await until(() => publisher.backlog === 0, 10_000, 'all to be stored');
    expect(stored).toHaveLength(5);
    expect(seen.size).toBe(5);
    expect(ended.stored).toBe(5);
    await publisher.stop({ graceMs: 5_000 });
  });

  it('does not ask without end while ingest answers for nothing', async () => {
    let asked = 0;
    const { publisher, ended } = await setUp({
      answer: (_, call) => {
        asked = call;
        return Promise.resolve({ outcomes: [], readToken: '' });
      },
    });
    publisher.offer(impression);
    await until(() => asked >= 2, 10_000, 'a second try');
    await publisher.stop({ graceMs: 400 });
    expect(asked).toBeLessThan(20);
    expect(ended).toMatchObject({ stored: 0, cut: 1 });
  });

  it('takes no more than there is room for, never waits, and counts what it could not keep', async () => {
    const { publisher, ended } = await setUp({ answer: () => new Promise(() => undefined), maxWaiting: 3 });
    for (let i = 0; i < 10; i += 1) publisher.offer(impression);
    expect(publisher.backlog).toBe(3);
    expect(ended.no_room).toBe(7);
  });

  it('counts what is refused, and what waits when it has to end', async () => {
    const refuse: Answer = () => Promise.reject(new AffinityError('INVALID_ARGUMENT', 'too many'));
    const refused = await setUp({ answer: refuse });
    refused.publisher.offer(impression);
    await refused.publisher.stop({ graceMs: 5_000 });
    expect(refused.ended).toMatchObject({ refused: 1, cut: 0 });
    const away = await setUp({ answer: () => Promise.reject(unavailable('away')) });
    away.publisher.offer(impression);
    await away.publisher.stop({ graceMs: 20 });
    expect(away.ended).toMatchObject({ stored: 0, cut: 1 });
  });
});
