import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { CreateTableCommand, DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { type NatsConnection, connect } from '@nats-io/transport-node';
import { Redis } from 'ioredis';
import { type ServiceAddresses, freePort, startBackingStack, testStack, until } from '../../src';

const PATIENCE_MS = 20_000;

describe('startBackingStack', () => {
  it('keeps what NATS and Redis had acknowledged when they are killed and restarted', async () => {
    const stack = await startBackingStack({ services: ['nats', 'redis'] });
    const { nats, redis } = stack.addresses;
    const client = new Redis(redis.url, { maxRetriesPerRequest: null });
    client.on('error', () => undefined);
    try {
      let connection = await connect({ servers: nats.url });
      const manager = await jetstreamManager(connection);
      await manager.streams.add({ name: 'KEPT', subjects: ['kept.>'] });
      await jetstream(connection).publish('kept.1', 'one');
      await client.set('kept', 'two');
      await Promise.all([stack.services.nats.kill(), stack.services.redis.kill()]);
      await connection.close();
      await expect(connect({ servers: nats.url, reconnect: false })).rejects.toThrow();
      await Promise.all([stack.services.nats.restart(), stack.services.redis.restart()]);
      connection = await connect({ servers: nats.url });
      const info = await (await jetstreamManager(connection)).streams.info('KEPT');
      expect(info.state.messages).toBe(1);
      expect(await client.get('kept')).toBe('two');
      await connection.close();
    } finally {
      client.disconnect();
      await stack.stop();
    }
  });

  it('pauses a server so that it answers nothing, and resumes it', async () => {
    const stack = await startBackingStack({ services: ['redis'] });
    const client = new Redis(stack.addresses.redis.url);
    try {
      expect(await client.ping()).toBe('PONG');
      await stack.services.redis.pause();
      let answered = false;
      const pending = client.ping().then((answer) => ((answered = true), answer));
      await expect(until(() => answered, 300, 'an answer of a paused server')).rejects.toThrow('in vain');
      await stack.services.redis.resume();
      expect(await pending).toBe('PONG');
    } finally {
      client.disconnect();
      await stack.stop();
    }
  });

  it('removes everything on stop', async () => {
    const stack = await startBackingStack({ services: ['redis', 'objectStore'] });
    const { redis, objectStore } = stack.addresses;
    const folder = dirname(dirname(objectStore.root));
    expect(existsSync(folder)).toBe(true);
    await stack.stop();
    expect(existsSync(folder)).toBe(false);
    const client = new Redis(redis.url, { lazyConnect: true, retryStrategy: () => null });
    client.on('error', () => undefined);
    await expect(client.connect()).rejects.toThrow();
  });

  it('keeps data, DynamoDB included, from one stack to the next', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'affinity-kept-'));
    const options = { services: ['dynamodb', 'redis'], dataDir } as const;
    try {
      const first = await startBackingStack(options);
      await withDynamoDb(first.addresses.dynamodb, (client) => client.send(tableCommand('Kept')));
      await first.services.dynamodb.restart();
      await first.stop();
      const second = await startBackingStack(options);
      const { TableNames } = await withDynamoDb(second.addresses.dynamodb, (client) =>
        client.send(new ListTablesCommand({})),
      );
      await second.stop();
      expect(TableNames).toEqual(['Kept']);
    } finally {
      await rm(dataDir, { recursive: true, force: true });
    }
  });

  it('takes fixed ports, and says so when one is in use', async () => {
    const fixedPorts = { redis: await freePort() };
    const stack = await startBackingStack({ services: ['redis'], fixedPorts });
    try {
      expect(stack.addresses).toEqual({ redis: { url: `redis://127.0.0.1:${fixedPorts.redis}` } });
      const second = startBackingStack({ services: ['redis'], fixedPorts });
      await expect(second).rejects.toThrow(`port ${fixedPorts.redis} for redis is in use`);
    } finally {
      await stack.stop();
    }
  });

  it('is shared by the tests of a run', async () => {
    const shared = testStack();
    const connection: NatsConnection = await connect({ servers: shared.nats.url });
    expect(connection.info?.jetstream).toBe(true);
    expect(connection.info?.max_payload).toBe(2 * 1024 * 1024);
    await connection.close();
    const { TableNames } = await withDynamoDb(shared.dynamodb, (client) => client.send(new ListTablesCommand({})));
    expect(Array.isArray(TableNames)).toBe(true);
    await until(
      () => fetch(shared.objectStore.endpoint).then(({ status }) => status === 403),
      PATIENCE_MS,
      'the store',
    );
  });
});

async function withDynamoDb<T>(
  { endpoint, region, accessKeyId, secretAccessKey }: ServiceAddresses['dynamodb'],
  use: (client: DynamoDBClient) => Promise<T>,
): Promise<T> {
  const client = new DynamoDBClient({ endpoint, region, credentials: { accessKeyId, secretAccessKey } });
  try {
    return await use(client);
  } finally {
    client.destroy();
  }
}

function tableCommand(TableName: string): CreateTableCommand {
  return new CreateTableCommand({
    TableName,
    AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    BillingMode: 'PAY_PER_REQUEST',
  });
}
