import { connectNats, createDeadLetterStore, ensureEventStreams } from '@affinity/messaging';
import { silentLogger } from '@affinity/service-kit';
import { startBackingStack, type BackingStack } from '@affinity/testing';
import { jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { createProgram } from '../../src/program';

describe('affinity dead-letters', () => {
  let stack: BackingStack<'nats'>;
  let connection: NatsConnection;

  beforeAll(async () => {
    stack = await startBackingStack({ services: ['nats'] });
    const natsUrls = [stack.addresses.nats.url];
    const config = {
      natsUrls,
      natsCredentials: undefined,
      natsTlsCa: undefined,
      natsTlsCert: undefined,
      natsTlsKey: undefined,
    };
    connection = await connectNats(config, { name: 'test', logger: silentLogger() });
    await ensureEventStreams(connection, { partitions: 4, replicas: 1, maxBytes: -1 });
  });

  afterAll(async () => {
    await connection.close();
    await stack.stop();
  });

  async function run(...args: string[]): Promise<string> {
    const printed: string[] = [];
    const environment = { AFFINITY_NATS_URLS: stack.addresses.nats.url };
    const program = createProgram({ environment, print: (text) => printed.push(text), progress: () => undefined });
    await program.parseAsync(['node', 'affinity', 'dead-letters', ...args]);
    return printed.join('\n');
  }

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
});
