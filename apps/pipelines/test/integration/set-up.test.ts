import { deadLettersStream, eventsStream } from '@affinity/contracts';
import { connectNats } from '@affinity/messaging';
import { createDynamoClient, tableNames } from '@affinity/profile-storage';
import { loadConfig, silentLogger } from '@affinity/service-kit';
import { startBackingStack, type BackingStack } from '@affinity/testing';
import { ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { jetstreamManager } from '@nats-io/jetstream';
import { setUpSettings } from '../../src/set-up/set-up-settings';
import { runAffinity } from '../run-affinity';

describe('affinity set-up', () => {
  let stack: BackingStack<'nats' | 'dynamodb'>;
  let environment: Record<string, string>;

  beforeAll(async () => {
    stack = await startBackingStack({ services: ['nats', 'dynamodb'] });
    const { nats, dynamodb } = stack.addresses;
    environment = {
      AFFINITY_NATS_URLS: nats.url,
      AFFINITY_PARTITIONS: '4',
      AFFINITY_DYNAMO_ENDPOINT: dynamodb.endpoint,
      AFFINITY_DYNAMO_REGION: dynamodb.region,
      AFFINITY_DYNAMO_TABLE_PREFIX: 'set-up-',
    };
    process.env['AWS_ACCESS_KEY_ID'] = dynamodb.accessKeyId;
    process.env['AWS_SECRET_ACCESS_KEY'] = dynamodb.secretAccessKey;
  });

  afterAll(async () => {
    await stack.stop();
  });

  const setUp = (...args: readonly string[]): Promise<string> => runAffinity(environment, ['set-up', ...args]);

  async function existing(): Promise<{ readonly streams: readonly string[]; readonly tables: readonly string[] }> {
    const config = loadConfig(setUpSettings, environment);
    const connection = await connectNats(config, { name: 'test', logger: silentLogger() });
    const client = createDynamoClient(config);
    try {
      const manager = await jetstreamManager(connection);
      const streams: string[] = [];
      for await (const name of manager.streams.names()) streams.push(name);
      const { TableNames = [] } = await client.send(new ListTablesCommand({}));
      return { streams: streams.sort(), tables: TableNames.toSorted() };
    } finally {
      client.destroy();
      await connection.close();
    }
  }

  it('only says what must be there when it is a dry run', async () => {
    expect(await setUp('--dry-run')).toContain('set-up-tiles');
    expect(await existing()).toEqual({ streams: [], tables: [] });
  });

  it('makes streams and tables, and changes nothing when it runs again', async () => {
    await setUp();
    const made = await existing();
    expect(made).toEqual({
      streams: [deadLettersStream, eventsStream].sort(),
      tables: Object.values(tableNames('set-up-')).sort(),
    });
    await setUp();
    expect(await existing()).toEqual(made);
  });
});
