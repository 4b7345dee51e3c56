import { deadLetterHeaders, deadLettersStream, eventsStream, messageId } from '@affinity/contracts';
import { startHttpFaultProxy, until } from '@affinity/testing';
import { jetstreamManager } from '@nats-io/jetstream';
import { readMetric, startFeedFixture, type FeedFixture, type LearnedEvent } from './feed-fixture';

/** The first time that each event was received, in order. */
function distinct(events: readonly LearnedEvent[]): LearnedEvent[] {
  return [...new Map([...events].reverse().map((event) => [event.eventId, event])).values()].reverse();
}

function itemsOf(events: readonly LearnedEvent[], userId: string): string[] {
  return distinct(events)
    .filter((event) => event.userId === userId)
    .map(({ itemId }) => itemId);
}

describe('personalize-feed', () => {
  let fixture: FeedFixture;

  beforeAll(async () => {
    fixture = await startFeedFixture();
  });

  afterAll(() => fixture.close());

  const publishMany = async (count: number, prefix: string): Promise<void> => {
    for (let i = 0; i < count; i += 1) {
      await fixture.publish({
        eventId: `${prefix}${i}`,
        userId: `u${i % 7}`,
        sessionId: `s${i % 3}`,
        itemId: `${prefix}${i}`,
      });
    }
  };

  const expected = (count: number, prefix: string, user: number): string[] =>
    Array.from({ length: count }, (_, i) => `${prefix}${i}`).filter((_, i) => i % 7 === user);

  const receivedAll = (count: number, prefix: string): Promise<readonly LearnedEvent[]> =>
    until(
      async () => {
        const events = await fixture.received(prefix);
        return distinct(events).length >= count && events;
      },
      30_000,
      `${count} events ${prefix} to be received`,
    );

  it('sends every event, each visitor’s in order, with all that Personalize takes', async () => {
    const occurredAt = new Date(1_700_000_000_123);
    await fixture.publish({ eventId: 'known', userId: 'anna', sessionId: 'visit', itemId: 'e-car', occurredAt });
    await fixture.publish({ eventId: 'anonymous', userId: '', sessionId: 'visit', itemId: 'e-van', occurredAt });
    await publishMany(210, 'e');
    const feed = await fixture.startFeed();
    try {
      const events = await receivedAll(212, 'e');
      expect(events.find(({ userId }) => userId === 'anna')).toMatchObject({
        eventId: messageId('anna', 'known'),
        sessionId: 'visit',
        itemId: 'e-car',
        sentAtMs: occurredAt.getTime(),
        properties: '{"colour":"red"}',
      });
      const anonymous = events.find(({ eventId }) => eventId === messageId('session:visit', 'anonymous'));
      expect(anonymous).toMatchObject({ sessionId: 'visit', itemId: 'e-van' });
      expect(anonymous).not.toHaveProperty('userId');
      for (let user = 0; user < 7; user += 1) expect(itemsOf(events, `u${user}`)).toEqual(expected(210, 'e', user));
    } finally {
      await feed.stop();
    }
  });

  it('loses nothing and learns nothing twice when it and Personalize are killed while events flow', async () => {
    const feed = await fixture.startFeed();
    try {
      const learned = await fixture.learned();
      const publishing = publishMany(1_400, 'k');
      for (const process of [feed, fixture.personalize, feed, fixture.personalize]) {
        const before = (await fixture.received('k')).length;
        await until(async () => (await fixture.received('k')).length > before, 20_000, 'more events to be received');
        await process.kill();
        await process.restart();
      }
      await publishing;
      const events = await receivedAll(1_400, 'k');
      expect(distinct(events)).toHaveLength(1_400);
      for (let user = 0; user < 7; user += 1) expect(itemsOf(events, `u${user}`)).toEqual(expected(1_400, 'k', user));
      expect((await fixture.learned()) - learned).toBe(1_400);
    } finally {
      await feed.stop();
    }
  });

  it('finishes what it has, saves its checkpoint and exits with 0, so that nothing is sent again', async () => {
    await publishMany(100, 'a');
    const feed = await fixture.startFeed({ AFFINITY_CHECKPOINT_MS: '600000' });
    await receivedAll(100, 'a');
    expect(await feed.stop()).toMatchObject({ code: 0 });
    await publishMany(20, 'b');
    await feed.restart();
    try {
      await receivedAll(20, 'b');
      expect(await fixture.received('a')).toHaveLength(100);
    } finally {
      await feed.stop();
    }
  });

  it('holds back no purge by partitions without events: their checkpoints move on with the stream', async () => {
    const feed = await fixture.startFeed({ AFFINITY_IDLE_CHECKPOINT_MS: '200' });
    try {
      for (let i = 0; i < 5; i += 1) await fixture.publish({ eventId: `i${i}`, userId: 'only-one', itemId: `i${i}` });
      const manager = await jetstreamManager(fixture.connection);
      const { state } = await manager.streams.info(eventsStream);
      const moved = async () => ((await fixture.lowestCheckpoint())?.sequence ?? 0) >= state.last_seq;
      await until(moved, 30_000, 'all checkpoints to reach the end of the stream');
      await fixture.publish({ eventId: 'after-idle', userId: 'another', itemId: 'i-after' });
      await receivedAll(6, 'i');
    } finally {
      await feed.stop();
    }
  });

  it('stops in time although Personalize does not answer', async () => {
    const feed = await fixture.startFeed({ AFFINITY_SHUTDOWN_GRACE_MS: '3000' });
    fixture.personalize.pause();
    await publishMany(10, 'p');
    await until(
      async () => (await readMetric(feed, 'affinity_personalize_feed_lag_seconds')) > 0,
      10_000,
      'the lag to show',
    );
    expect(await feed.stop()).toMatchObject({ code: 0 });
    fixture.personalize.resume();
    await feed.restart();
    await receivedAll(10, 'p');
    await feed.stop();
  });

  it('keeps what is refused as a dead letter with the reason, and goes on', async () => {
    await fixture.publish({ eventId: 'before', userId: 'u', itemId: 'd-before' });
    await fixture.publish({ eventId: 'bad', userId: 'u', itemId: 'd'.repeat(300) });
    await fixture.publish({ eventId: 'after', userId: 'u', itemId: 'd-after' });
    const feed = await fixture.startFeed();
    try {
      const events = await receivedAll(2, 'd');
      expect(itemsOf(events, 'u')).toEqual(['d-before', 'd-after']);
      const manager = await jetstreamManager(fixture.connection);
      const letter = await until(
        async () => (await manager.streams.getMessage(deadLettersStream, { seq: 1 })) ?? undefined,
        10_000,
        'the dead letter',
      );
      expect(letter.header.get(deadLetterHeaders.reader)).toBe('personalize-feed');
      expect(letter.header.get(deadLetterHeaders.reason)).toContain('itemId: must have 1 to 256 characters, has 300');
    } finally {
      await feed.stop();
    }
  });

  it('sends everything although Personalize throttles, fails and loses answers', async () => {
    const proxy = await startHttpFaultProxy({ target: { host: '127.0.0.1', port: fixture.personalizePort } });
    proxy.setFaults({ throttleRate: 0.2, errorRate: 0.2, dropAnswerRate: 0.2 });
    const feed = await fixture.startFeed({ AFFINITY_PERSONALIZE_ENDPOINT: proxy.endpoint });
    try {
      await publishMany(210, 't');
      const events = await receivedAll(210, 't');
      for (let user = 0; user < 7; user += 1) expect(itemsOf(events, `u${user}`)).toEqual(expected(210, 't', user));
      expect(proxy.counts().throttled).toBeGreaterThan(0);
    } finally {
      await feed.stop();
      await proxy.stop();
    }
  });

  it('shares the partitions with another replica, and takes them over when that one is killed', async () => {
    const first = await fixture.startFeed();
    const second = await fixture.startFeed();
    try {
      await publishMany(70, 'x');
      await receivedAll(70, 'x');
      await second.kill();
      await publishMany(70, 'y');
      const events = await receivedAll(70, 'y');
      expect(itemsOf(events, 'u3')).toEqual(expected(70, 'y', 3));
    } finally {
      await first.stop();
      await second.stop();
    }
  });

  it('does not start with a setting that is wrong, and names it', async () => {
    await expect(fixture.startFeed({ AFFINITY_CALLS_PER_SECOND: 'all' })).rejects.toThrow('AFFINITY_CALLS_PER_SECOND');
  });
});
