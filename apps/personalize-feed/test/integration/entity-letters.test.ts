import { listDeadLetters, replayDeadLetter, type StoredDeadLetter } from '@affinity/messaging';
import { decodeEntityRef } from '@affinity/personalize';
import { until } from '@affinity/testing';
import { startEntityFixture, type EntityFixture } from './entity-fixture';

/** As Personalize answers where an item does not keep to the data set's schema, which personalize-local does not check. */
const invalid = { type: 'InvalidInputException', message: 'colour is not in the schema' };

describe('personalize-feed, refused items and users', () => {
  let fixture: EntityFixture;

  beforeAll(async () => {
    fixture = await startEntityFixture('personalize');
    await fixture.tables.putItems({ first: 'red' });
    await fixture.tables.putUser('first', 'gold');
    await fixture.tables.firstScans();
  }, 120_000);

  afterAll(() => fixture.close());

  const lettersOf = async (id: string): Promise<readonly StoredDeadLetter[]> => {
    const letters: StoredDeadLetter[] = [];
    for await (const letter of listDeadLetters(fixture.base.connection)) {
      if (decodeEntityRef(letter.data)?.id === id) letters.push(letter);
    }
    return letters;
  };
  const letterOf = (id: string): Promise<StoredDeadLetter> =>
    until(async () => (await lettersOf(id))[0], 30_000, `the dead letter of ${id}`);
  const refuse = (...ids: readonly string[]): void => {
    fixture.proxy.judge = ({ body }) => (ids.some((id) => body.includes(`"${id}"`)) ? invalid : undefined);
  };

  it('keeps each as a dead letter with AWS’s reason, goes on, and sends it again when an operator says so', async () => {
    refuse('bad-car', 'bad-ann');
    await fixture.tables.putItems({ 'good-car': 'red', 'bad-car': 'mauve', 'other-car': 'blue' });
    await fixture.tables.putUser('bad-ann', 'gold');
    await fixture.tables.putUser('bob', 'silver');
    await fixture.known({
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

    await expect(replayDeadLetter(fixture.base.connection, car)).rejects.toMatchObject({
      code: 'FAILED_PRECONDITION',
      message: expect.stringContaining('colour is not in the schema') as string,
    });
    expect(await lettersOf('bad-car')).toHaveLength(1);
    fixture.proxy.judge = () => undefined;
    await replayDeadLetter(fixture.base.connection, car);
    await replayDeadLetter(fixture.base.connection, ann);
    await fixture.known({ 'item/bad-car': '{"colour":"mauve"}', 'user/bad-ann': '{"tier":"gold"}' });
    expect(await lettersOf('bad-car')).toEqual([]);
    expect(await lettersOf('bad-ann')).toEqual([]);
  });

  it('sends what is stored when a letter is replayed, not what was refused', async () => {
    refuse('changing');
    await fixture.tables.putItems({ changing: 'mauve' });
    const letter = await letterOf('changing');
    fixture.proxy.judge = () => undefined;
    await fixture.tables.putItems({ changing: 'green' });
    await replayDeadLetter(fixture.base.connection, letter);
    await fixture.known({ 'item/changing': '{"colour":"green"}' });
  });

  it('keeps what breaks a limit of Personalize, which is not even sent', async () => {
    const id = 'x'.repeat(300);
    await fixture.tables.putItems({ [id]: 'red', 'after-long': 'red' });
    expect((await letterOf(id)).reason).toContain('itemId: must have 1 to 256 characters, has 300');
    await fixture.known({ 'item/after-long': '{"colour":"red"}' });
  });

  it('loses no refusal when it is killed before the letter is stored', async () => {
    refuse('killed');
    const before = fixture.proxy.answered;
    await fixture.tables.putItems({ killed: 'mauve' });
    await until(() => fixture.proxy.answered > before, 30_000, 'the refusal');
    await fixture.feed.kill();
    await fixture.feed.restart();
    expect((await letterOf('killed')).reason).toContain('not in the schema');
  });

  it('leaves the letter where it is while no feed runs, and says so', async () => {
    refuse('waiting');
    await fixture.tables.putItems({ waiting: 'mauve' });
    const letter = await letterOf('waiting');
    fixture.proxy.judge = () => undefined;
    await fixture.feed.stop();
    try {
      await expect(replayDeadLetter(fixture.base.connection, letter)).rejects.toThrow(
        'no personalize-entities is running',
      );
      expect(await lettersOf('waiting')).toHaveLength(1);
    } finally {
      await fixture.feed.restart();
    }
  });
});
