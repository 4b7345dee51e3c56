import type { ServiceProcess } from '@affinity/testing';
import { until } from '@affinity/testing';
import { startAnsweringProxy, type AnsweringProxy, type Judge } from './answering-proxy';
import type { FeedProgress } from '../../src/entities/feed-progress';
import { entityFeedEnv, openEntityTables, type EntityTables } from './entity-tables';
import { startFeedFixture, type FeedFixture } from './feed-fixture';

describe('personalize-feed, when changes are lost', () => {
  let fixture: FeedFixture;
  let proxy: AnsweringProxy;
  let tables: EntityTables;
  let feed: ServiceProcess;

  beforeAll(async () => {
    fixture = await startFeedFixture();
    const { hostname: host, port } = new URL(fixture.stack.addresses.dynamodb.endpoint);
    proxy = await startAnsweringProxy({ host, port: Number(port) });
    tables = openEntityTables(fixture);
    feed = await fixture.startFeed({ ...entityFeedEnv, AFFINITY_DYNAMO_ENDPOINT: proxy.endpoint });
  }, 120_000);

  afterAll(async () => {
    await feed.stop();
    await proxy.stop();
    tables.close();
    await fixture.close();
  });

  const known = (colours: Readonly<Record<string, string>>): Promise<unknown> =>
    until(
      async () => {
        const entities = await fixture.entities();
        return Object.entries(colours).every(([id, colour]) => entities.get(`item/${id}`) === `{"colour":"${colour}"}`);
      },
      20_000,
      'Personalize to have all items as they are',
    );

  /** Everything that was stored is sent, and a shard is being read. */
  const followsStream = async (): Promise<boolean> => {
    const progress = (await tables.itemProgress.read())?.document as FeedProgress | undefined;
    if (progress === undefined || progress.scan !== undefined) return false;
    return Object.values(progress.cursor.shards).some((reached) => !('done' in reached));
  };

  /** The feed has followed the stream so far, and is away while an item changes without any stream's noticing. */
  const changeUnseen = async (name: string): Promise<Readonly<Record<string, string>>> => {
    const colours = { [`${name}-before`]: 'red', [`${name}-after`]: 'blue' };
    await tables.putItems({ [`${name}-before`]: 'red' });
    await known({ [`${name}-before`]: 'red' });
    await until(followsStream, 20_000, 'the feed to follow the stream');
    await feed.stop();
    await tables.turnStreamOff();
    await tables.putItems({ [`${name}-after`]: 'blue' });
    return colours;
  };

  const answerUntilDone = async (judge: Judge, work: () => Promise<unknown>): Promise<void> => {
    const before = proxy.answered;
    proxy.judge = judge;
    try {
      await work();
      expect(proxy.answered).toBeGreaterThan(before);
    } finally {
      proxy.judge = () => undefined;
    }
  };

  it('sends everything when the stream was made anew while it was away', async () => {
    const colours = await changeUnseen('anew');
    await tables.turnStreamOn();
    await feed.restart();
    await known(colours);
  });

  it('sends everything when what comes after its checkpoint has been trimmed', async () => {
    for (const operation of ['GetShardIterator', 'GetRecords']) {
      const colours = await changeUnseen(`trimmed-${operation}`);
      const stored = (await tables.itemProgress.read())?.document as FeedProgress;
      await tables.turnStreamOn();
      // Iterators of DynamoDB Local name the stream that they are of.
      const trimmed: Judge = (call) =>
        call.operation === operation && call.body.includes(stored.cursor.streamArn)
          ? { type: 'TrimmedDataAccessException', message: 'the records are gone' }
          : undefined;
      await answerUntilDone(trimmed, async () => {
        await feed.restart();
        await known(colours);
      });
    }
  });

  it('sends everything when the shard that it had read from is gone', async () => {
    const colours = await changeUnseen('gone');
    const streamArn = await tables.turnStreamOn();
    const stored = await tables.itemProgress.read();
    const document = {
      ...(stored?.document as object),
      cursor: { streamArn, shards: { 'shardId-gone': { after: '7' } } },
    };
    expect(await tables.itemProgress.write({ document, version: (stored?.version ?? 0) + 1 }, 'test')).toBe(true);
    await feed.restart();
    await known(colours);
  });

  it('reads on where it was when its place in a shard has expired', async () => {
    await tables.putItems({ 'expired-before': 'red' });
    await known({ 'expired-before': 'red' });
    let left = 3;
    const expired: Judge = ({ operation }) => {
      if (operation !== 'GetRecords' || left === 0) return undefined;
      left -= 1;
      return { type: 'ExpiredIteratorException', message: 'the iterator is older than 15 minutes' };
    };
    await answerUntilDone(expired, async () => {
      await tables.putItems({ 'expired-after': 'blue' });
      await known({ 'expired-after': 'blue' });
      await until(() => left === 0, 30_000, 'the iterator to have expired three times');
    });
  });

  it('misses nothing when it is killed in the middle of a shard, again and again', async () => {
    const colours: Record<string, string> = {};
    for (let round = 0; round < 4; round += 1) {
      const page = Object.fromEntries(Array.from({ length: 150 }, (_, i) => [`kill-${round}-${i}`, `c${round}`]));
      Object.assign(colours, page);
      const before = (await fixture.entities()).size;
      await tables.putItems(page);
      await tables.putUser(`kill-${round}`, `t${round}`);
      await until(async () => (await fixture.entities()).size > before, 30_000, 'some to be sent');
      await feed.kill();
      await feed.restart();
    }
    await known(colours);
    const users = async () => {
      const sent = await fixture.entities();
      return [0, 1, 2, 3].every((round) => sent.get(`user/kill-${round}`) === `{"tier":"t${round}"}`);
    };
    await until(users, 30_000, 'Personalize to have all users');
  });

  it('makes a stream anew that was turned off while the feed runs, and sends everything', async () => {
    await tables.putItems({ 'runs-before': 'red' });
    await known({ 'runs-before': 'red' });
    await until(followsStream, 20_000, 'the feed to follow the stream');
    await tables.turnStreamOff();
    await tables.putItems({ 'runs-meanwhile': 'blue' });
    await tables.putItems({ 'runs-after': 'green' });
    await known({ 'runs-before': 'red', 'runs-meanwhile': 'blue', 'runs-after': 'green' });
  });
});
