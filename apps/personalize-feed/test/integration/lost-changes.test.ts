import { until } from '@affinity/testing';
import type { FeedProgress } from '../../src/entities/feed-progress';
import type { Judge } from './answering-proxy';
import { startEntityFixture, type EntityFixture } from './entity-fixture';

describe('personalize-feed, when changes are lost', () => {
  let fixture: EntityFixture;

  beforeAll(async () => {
    fixture = await startEntityFixture('dynamodb');
  }, 120_000);

  afterAll(() => fixture.close());

  const known = (colours: Readonly<Record<string, string>>): Promise<unknown> =>
    fixture.known(
      Object.fromEntries(Object.entries(colours).map(([id, colour]) => [`item/${id}`, `{"colour":"${colour}"}`])),
    );

  /** Everything that was stored is sent, and a shard is being read. */
  const followsStream = async (): Promise<boolean> => {
    const progress = (await fixture.tables.itemProgress.read())?.document as FeedProgress | undefined;
    if (progress === undefined || progress.scan !== undefined) return false;
    return Object.values(progress.cursor.shards).some((reached) => !('done' in reached));
  };

  /** The feed has followed the stream so far, and is away while an item changes without any stream's noticing. */
  const changeUnseen = async (name: string): Promise<Readonly<Record<string, string>>> => {
    const colours = { [`${name}-before`]: 'red', [`${name}-after`]: 'blue' };
    await fixture.tables.putItems({ [`${name}-before`]: 'red' });
    await known({ [`${name}-before`]: 'red' });
    await until(followsStream, 20_000, 'the feed to follow the stream');
    await fixture.feed.stop();
    await fixture.tables.turnStreamOff();
    await fixture.tables.putItems({ [`${name}-after`]: 'blue' });
    return colours;
  };

  const answerUntilDone = async (judge: Judge, work: () => Promise<unknown>): Promise<void> => {
    const before = fixture.proxy.answered;
    fixture.proxy.judge = judge;
    try {
      await work();
      expect(fixture.proxy.answered).toBeGreaterThan(before);
    } finally {
      fixture.proxy.judge = () => undefined;
    }
  };

  it('sends everything when the stream was made anew while it was away', async () => {
    const colours = await changeUnseen('anew');
    await fixture.tables.turnStreamOn();
    await fixture.feed.restart();
    await known(colours);
  });

  it('sends everything when what comes after its checkpoint has been trimmed', async () => {
    for (const operation of ['GetShardIterator', 'GetRecords']) {
      const colours = await changeUnseen(`trimmed-${operation}`);
      const stored = (await fixture.tables.itemProgress.read())?.document as FeedProgress;
      await fixture.tables.turnStreamOn();
      // Iterators of DynamoDB Local name the stream that they are of.
      const trimmed: Judge = (call) =>
        call.operation === operation && call.body.includes(stored.cursor.streamArn)
          ? { type: 'TrimmedDataAccessException', message: 'the records are gone' }
          : undefined;
      await answerUntilDone(trimmed, async () => {
        await fixture.feed.restart();
        await known(colours);
      });
    }
  });

  it('sends everything when the shard that it had read from is gone', async () => {
    const colours = await changeUnseen('gone');
    const streamArn = await fixture.tables.turnStreamOn();
    const stored = await fixture.tables.itemProgress.read();
    const document = {
      ...(stored?.document as object),
      cursor: { streamArn, shards: { 'shardId-gone': { after: '7' } } },
    };
    expect(await fixture.tables.itemProgress.write({ document, version: (stored?.version ?? 0) + 1 }, 'test')).toBe(
      true,
    );
    await fixture.feed.restart();
    await known(colours);
  });

  it('reads on where it was when its place in a shard has expired', async () => {
    await fixture.tables.putItems({ 'expired-before': 'red' });
    await known({ 'expired-before': 'red' });
    let left = 3;
    const expired: Judge = ({ operation }) => {
      if (operation !== 'GetRecords' || left === 0) return undefined;
      left -= 1;
      return { type: 'ExpiredIteratorException', message: 'the iterator is older than 15 minutes' };
    };
    await answerUntilDone(expired, async () => {
      await fixture.tables.putItems({ 'expired-after': 'blue' });
      await known({ 'expired-after': 'blue' });
      await until(() => left === 0, 30_000, 'the iterator to have expired three times');
    });
  });

  it('misses nothing when it is killed in the middle of a shard, again and again', async () => {
    const colours: Record<string, string> = {};
    for (let round = 0; round < 4; round += 1) {
      const page = Object.fromEntries(Array.from({ length: 150 }, (_, i) => [`kill-${round}-${i}`, `c${round}`]));
      Object.assign(colours, page);
      const before = (await fixture.base.entities()).size;
      await fixture.tables.putItems(page);
      await fixture.tables.putUser(`kill-${round}`, `t${round}`);
      await until(async () => (await fixture.base.entities()).size > before, 30_000, 'some to be sent');
      await fixture.feed.kill();
      await fixture.feed.restart();
    }
    await known(colours);
    const users = async () => {
      const sent = await fixture.base.entities();
      return [0, 1, 2, 3].every((round) => sent.get(`user/kill-${round}`) === `{"tier":"t${round}"}`);
    };
    await until(users, 30_000, 'Personalize to have all users');
  });

  it('makes a stream anew that was turned off while the feed runs, and sends everything', async () => {
    await fixture.tables.putItems({ 'runs-before': 'red' });
    await known({ 'runs-before': 'red' });
    await until(followsStream, 20_000, 'the feed to follow the stream');
    await fixture.tables.turnStreamOff();
    await fixture.tables.putItems({ 'runs-meanwhile': 'blue' });
    await fixture.tables.putItems({ 'runs-after': 'green' });
    await known({ 'runs-before': 'red', 'runs-meanwhile': 'blue', 'runs-after': 'green' });
  });
});
