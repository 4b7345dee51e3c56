import { connectNats, createDeadLetterStore, ensureEventStreams, openReplayRequests } from '@affinity/messaging';
import { replaySubject } from '@affinity/contracts';
import { encodeEntityRef } from '@affinity/personalize';
import { silentLogger } from '@affinity/service-kit';
import { startBackingStack, until, type BackingStack } from '@affinity/testing';
import { jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { findOwnDeadLetters } from '../../src/forget/stream-erasure';
import { runAffinity } from '../run-affinity';

describe('affinity dead-letters', () => {
  let stack: BackingStack<'nats'>;
  let connection: NatsConnection;

  beforeAll(async () => {
    stack = await startBackingStack({ services: ['nats'] });
    connection = await connectNats({ natsUrls: [stack.addresses.nats.url] }, { name: 'test', logger: silentLogger() });
    await ensureEventStreams(connection, { partitions: 4, replicas: 1, maxBytes: -1 });
  });

  afterAll(async () => {
    await connection.close();
    await stack.stop();
  });

  const run = (...args: string[]): Promise<string> =>
    runAffinity({ AFFINITY_NATS_URLS: stack.addresses.nats.url }, ['dead-letters', ...args]);

  it('lists, shows and replays what could not be handled', async () => {
    expect(await run('list')).toBe('');
    const letters = createDeadLetterStore(connection);
    const letter = {
      reader: 'profile-aggregator',
      partition: 2,
      reason: 'the body is not\na stream record',
      subject: 'events.2.view',
      position: { sequence: 9, timestampNs: 1_700_000_000_000_000_001n },
      data: Buffer.from('garbage'),
    };
    await letters.store(letter);
    await letters.store(letter); // The same letter again adds nothing.
    expect(await run('list')).toMatch(/^1\t\S+\tprofile-aggregator\tevents\.2\.view\tthe body is not a stream record$/);
    expect(await run('list', '--reader', 'other')).toBe('');
    expect(JSON.parse(await run('show', '1'))).toMatchObject({
      partition: 2,
      sequence: 9,
      timestampNs: '1700000000000000001',
      body: Buffer.from('garbage').toString('base64'),
    });

    const manager = await jetstreamManager(connection);
    const messages = async (): Promise<number> => (await manager.streams.info('EVENTS')).state.messages;
    expect(await run('replay', '1', '--dry-run')).toContain('would replay');
    expect(await messages()).toBe(0);
    expect(await run('replay', '1')).toContain('replayed 1');
    expect(await messages()).toBe(1);
    expect(await run('list')).toBe('');
    await expect(run('replay', '1')).rejects.toThrow('there is no dead letter 1');
  });

  it('shows which item was refused, and asks its reader to take it back', async () => {
    const reader = { reader: 'personalize-entities', partition: 0 };
    const data = encodeEntityRef({ kind: 'item', id: 'car-7' });
    const subject = replaySubject(reader.reader, reader.partition);
    const letter = { ...reader, reason: 'no such column', subject, data, id: 'once' };
    const letters = createDeadLetterStore(connection);
    await letters.store(letter);
    await letters.store(letter); // The same letter again adds nothing.
    const listed = await run('list', '--reader', 'personalize-entities');
    const [, number = ''] = /^(\d+)\t\S+\tpersonalize-entities\t\S+\tno such column$/.exec(listed) ?? [];
    const shown = JSON.parse(await run('show', number)) as Readonly<Record<string, unknown>>;
    expect(shown).toMatchObject({ entity: { kind: 'item', id: 'car-7' } });
    expect(shown).not.toHaveProperty('sequence');

    await expect(run('replay', number)).rejects.toThrow('no personalize-entities is running');
    const requests = openReplayRequests(connection, { ...reader, maxWaiting: 1 });
    try {
      await connection.flush();
      const answerNext = async (refusal: string | undefined): Promise<string> => {
        const replayed = run('replay', number);
        const request = await until(() => requests.next(), 10_000, 'the request');
        expect(Buffer.from(request.data)).toEqual(Buffer.from(data));
        request.answer(refusal);
        return replayed;
      };
      const waiting = run('replay', number);
      const first = await until(() => requests.next(), 10_000, 'the first request');
      const second = connection.request(replaySubject(reader.reader, reader.partition), data, { timeout: 10_000 });
      await expect(run('replay', number)).rejects.toThrow('personalize-entities has too many dead letters to replay');
      first.answer('not now');
      await expect(waiting).rejects.toThrow('not now');
      requests.next()?.answer('not now either');
      expect((await second).string()).toBe('not now either');
      await expect(answerNext('still no such column')).rejects.toThrow('was refused again: still no such column');
      expect(await run('list')).toBe(listed);
      expect(await answerNext(undefined)).toContain(`replayed ${number}`);
      expect(await run('list')).toBe('');
    } finally {
      requests.close();
    }
  });

  it('finds a user’s own refusal, and nobody else’s, when the user is to be forgotten', async () => {
    const letters = createDeadLetterStore(connection);
    const refs = [
      { kind: 'user', id: 'ann' },
      { kind: 'user', id: 'anna' },
      { kind: 'item', id: 'ann' },
    ] as const;
    for (const ref of refs) {
      const [reader, partition] = ['personalize-entities', ref.kind === 'item' ? 0 : 1] as const;
      const [subject, data] = [replaySubject(reader, partition), encodeEntityRef(ref)];
      await letters.store({ reader, partition, reason: 'refused', subject, data });
    }
    const own = await findOwnDeadLetters({ connection, partitions: 4, profileKey: 'ann' });
    const bodies = await Promise.all(
      own.map(async (number) => JSON.parse(await run('show', String(number))) as object),
    );
    expect(bodies).toEqual([expect.objectContaining({ entity: { kind: 'user', id: 'ann' } })]);
  });
});
