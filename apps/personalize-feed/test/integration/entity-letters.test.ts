import { listDeadLetters, replayDeadLetter, type StoredDeadLetter } from '@affinity/messaging';
import { decodeEntityRef } from '@affinity/personalize';
import { until, type ServiceProcess } from '@affinity/testing';
import { startAnsweringProxy, type AnsweringProxy } from './answering-proxy';
import { entityFeedEnv, openEntityTables, type EntityTables } from './entity-tables';
import { startFeedFixture, type FeedFixture } from './feed-fixture';

/** As Personalize answers where an item does not keep to the data set's schema, which personalize-local does not check. */
const invalid = { type: 'InvalidInputException', message: 'colour is not in the schema' };

describe('personalize-feed, refused items and users', () => {
  let fixture: FeedFixture;
  let proxy: AnsweringProxy;
  let tables: EntityTables;
  let feed: ServiceProcess;

  beforeAll(async () => {
    fixture = await startFeedFixture();
    proxy = await startAnsweringProxy({ host: '127.0.0.1', port: fixture.personalizePort });
    tables = openEntityTables(fixture);
    feed = await fixture.startFeed({ ...entityFeedEnv, AFFINITY_PERSONALIZE_ENDPOINT: proxy.endpoint });
    await tables.putItems({ first: 'red' });
    await tables.putUser('first', 'gold');
    await tables.firstScans();
  }, 120_000);

  afterAll(async () => {
    await feed.stop();
    await proxy.stop();
    tables.close();
    await fixture.close();
  });

  const lettersOf = async (id: string): Promise<readonly StoredDeadLetter[]> => {
    const letters: StoredDeadLetter[] = [];
    for await (const letter of listDeadLetters(fixture.connection)) {
      if (decodeEntityRef(letter.data)?.id === id) letters.push(letter);
    }
    return letters;
  };
  const letterOf = (id: string): Promise<StoredDeadLetter> =>
    until(async () => (await lettersOf(id))[0], 30_000, `the dead letter of ${id}`);
  const known = (wanted: Readonly<Record<string, string>>): Promise<unknown> =>
    until(
      async () => {
        const entities = await fixture.entities();
        return Object.entries(wanted).every(([key, properties]) => entities.get(key) === properties);
      },
      30_000,
      `Personalize to know ${Object.keys(wanted).join(', ')}`,
    );
  const refuse = (...ids: readonly string[]): void => {
    proxy.judge = ({ body }) => (ids.some((id) => body.includes(`"${id}"`)) ? invalid : undefined);
  };

  it('keeps each as a dead letter with AWS’s reason, goes on, and sends it again when an operator says so', async () => {
    refuse('bad-car', 'bad-ann');
    await tables.putItems({ 'good-car': 'red', 'bad-car': 'mauve', 'other-car': 'blue' });
    await tables.putUser('bad-ann', 'gold');
    await tables.putUser('bob', 'silver');
    await known({
      'item/good-car': '{"colour":"red"}',
      'item/other-car': '{"colour":"blue"}',
      'user/bob': '{"tier":"silver"}',
    });
    const car = await letterOf('bad-car');
    const ann = await letterOf('bad-ann');
    expect(car).toMatchObject({ reader: 'personalize-entities', partition: 0, position: undefined });
    expect(car.reason).toContain('InvalidInputException: colour is not in the schema');
    expect(decodeEntityRef(ann.data)).toEqual({ kind: 'user', id: 'bad-ann' });
    expect(ann.subject).not.toContain('ann');

    await expect(replayDeadLetter(fixture.connection, car)).rejects.toMatchObject({
      code: 'FAILED_PRECONDITION',
      message: expect.stringContaining('colour is not in the schema') as string,
    });
    expect(await lettersOf('bad-car')).toHaveLength(1);
    proxy.judge = () => undefined;
    await replayDeadLetter(fixture.connection, car);
    await replayDeadLetter(fixture.connection, ann);
    await known({ 'item/bad-car': '{"colour":"mauve"}', 'user/bad-ann': '{"tier":"gold"}' });
    expect(await lettersOf('bad-car')).toEqual([]);
    expect(await lettersOf('bad-ann')).toEqual([]);
  });

  it('sends what is stored when a letter is replayed, not what was refused', async () => {
    refuse('changing');
    await tables.putItems({ changing: 'mauve' });
    const letter = await letterOf('changing');
    proxy.judge = () => undefined;
    await tables.putItems({ changing: 'green' });
    await replayDeadLetter(fixture.connection, letter);
    await known({ 'item/changing': '{"colour":"green"}' });
  });

  it('keeps what breaks a limit of Personalize, which is not even sent', async () => {
    const id = 'x'.repeat(300);
    await tables.putItems({ [id]: 'red', 'after-long': 'red' });
    expect((await letterOf(id)).reason).toContain('itemId: must have 1 to 256 characters, has 300');
    await known({ 'item/after-long': '{"colour":"red"}' });
  });

  it('loses no refusal when it is killed before the letter is stored', async () => {
    refuse('killed');
    const before = proxy.answered;
    await tables.putItems({ killed: 'mauve' });
    await until(() => proxy.answered > before, 30_000, 'the refusal');
    await feed.kill();
    await feed.restart();
    expect((await letterOf('killed')).reason).toContain('not in the schema');
  });

  it('leaves the letter where it is while no feed runs, and says so', async () => {
    refuse('waiting');
    await tables.putItems({ waiting: 'mauve' });
    const letter = await letterOf('waiting');
    proxy.judge = () => undefined;
    await feed.stop();
    try {
      await expect(replayDeadLetter(fixture.connection, letter)).rejects.toThrow('no personalize-entities is running');
      expect(await lettersOf('waiting')).toHaveLength(1);
    } finally {
      await feed.restart();
    }
  });
});
