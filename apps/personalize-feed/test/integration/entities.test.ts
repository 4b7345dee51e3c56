import { startHttpFaultProxy, uniqueName, until, type ServiceProcess } from '@affinity/testing';
import { entityFeedEnv, openEntityTables, type EntityTables } from './entity-tables';
import { readMetric, startFeedFixture, type FeedFixture } from './feed-fixture';
import { startEntityRecorder, type EntityRecorder } from './entity-recorder';

describe('personalize-feed, items and users', () => {
  let fixture: FeedFixture;
  let recorder: EntityRecorder;
  let tables: EntityTables;

  beforeAll(async () => {
    fixture = await startFeedFixture();
    recorder = await startEntityRecorder();
    tables = openEntityTables(fixture);
  }, 120_000);

  afterAll(async () => {
    tables.close();
    await recorder.stop();
    await fixture.close();
  });

  const startFeed = (over: Readonly<Record<string, string>> = {}): Promise<ServiceProcess> =>
    fixture.startFeed({ ...entityFeedEnv, AFFINITY_PERSONALIZE_ENDPOINT: recorder.endpoint, ...over });

  const learned = (wanted: Readonly<Record<string, string>>): Promise<unknown> =>
    until(
      () =>
        Object.entries(wanted).every(([id, colour]) => recorder.latest.get(`items/${id}`) === `{"colour":"${colour}"}`),
      60_000,
      'Personalize to have all items as they are',
    );

  it('sends what is stored before it first starts, and each change after that', async () => {
    const feed = await startFeed();
    await feed.stop();
    const stored = Object.fromEntries(Array.from({ length: 25 }, (_, i) => [`old-${i}`, 'red']));
    await tables.putItems(stored);
    await tables.putUser('ann', 'gold');
    await feed.restart();
    try {
      await learned(stored);
      await tables.putItems({ 'old-3': 'blue', fresh: 'green' });
      await learned({ ...stored, 'old-3': 'blue', fresh: 'green' });
      await until(() => recorder.latest.get('users/ann') === '{"tier":"gold"}', 30_000, 'the user to be sent');
      await tables.putUser('ann', 'silver');
      await until(() => recorder.latest.get('users/ann') === '{"tier":"silver"}', 30_000, 'the change to be sent');
      expect(recorder.refusals).toEqual([]);
      expect(JSON.stringify([...recorder.latest])).not.toContain('never sent');
    } finally {
      await feed.stop();
    }
  });

  it('loses no change when it is killed again and again while the catalogue changes', async () => {
    const feed = await startFeed();
    const wanted: Record<string, string> = {};
    try {
      for (let round = 0; round < 4; round += 1) {
        for (let i = 0; i < 30; i += 1) {
          const id = `k-${(round * 17 + i) % 60}`;
          wanted[id] = `colour-${round}-${i}`;
          await tables.putItems({ [id]: wanted[id] });
        }
        const calls = recorder.calls;
        await until(() => recorder.calls > calls, 30_000, 'something to be sent');
        await feed.kill();
        await tables.putItems({ [`while-away-${round}`]: 'grey' });
        wanted[`while-away-${round}`] = 'grey';
        await feed.restart();
      }
      await learned(wanted);
    } finally {
      await feed.stop();
    }
  });

  it('sends everything although Personalize throttles, fails and loses answers', async () => {
    const proxy = await startHttpFaultProxy({ target: { host: '127.0.0.1', port: recorder.port } });
    proxy.setFaults({ throttleRate: 0.2, errorRate: 0.2, dropAnswerRate: 0.2 });
    const feed = await startFeed({ AFFINITY_PERSONALIZE_ENDPOINT: proxy.endpoint });
    try {
      const wanted = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`f-${i}`, `c${i}`]));
      await tables.putItems(wanted);
      await learned(wanted);
      expect(proxy.counts().throttled).toBeGreaterThan(0);
    } finally {
      await feed.stop();
      await proxy.stop();
    }
  });

  it('has another replica take over when the one that sends is killed', async () => {
    const rate = { AFFINITY_ENTITY_CALLS_PER_SECOND: '20', AFFINITY_PERSONALIZE_ITEM_ATTRIBUTES: 'colour' };
    const first = await startFeed(rate);
    const second = await startFeed(rate);
    try {
      await tables.putItems({ before: 'red' });
      await learned({ before: 'red' });
      await first.kill();
      await tables.putItems({ after: 'blue' });
      await learned({ after: 'blue' });
      expect(await readMetric(second, 'affinity_personalize_feed_item_lag_seconds')).toBeLessThan(60);
    } finally {
      await first.stop();
      await second.stop();
    }
  });

  it('does not send users of whom nobody chose what to send', async () => {
    const wrong = startFeed({ AFFINITY_PERSONALIZE_USER_FEATURES: '', AFFINITY_INSTANCE_ID: uniqueName('i') });
    await expect(wrong).rejects.toThrow('PERSONALIZE_USER_FEATURES: is required');
  });
});
