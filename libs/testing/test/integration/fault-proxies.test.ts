import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, type Socket, connect, createServer } from 'node:net';
import { once } from 'node:events';
import {
  CreateTableCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { startHttpFaultProxy, startTcpProxy, testStack, uniqueName, until } from '../../src';

describe('startTcpProxy', () => {
  /** An echo server behind a proxy, and a way to talk to it. */
  async function setUp() {
    const echo = createServer(
      { allowHalfOpen: true },
      (socket) => void socket.on('error', () => undefined).pipe(socket),
    );
    echo.listen(0, '127.0.0.1');
    await once(echo, 'listening');
    const proxy = await startTcpProxy({ target: { host: '127.0.0.1', port: (echo.address() as AddressInfo).port } });
    const open = (): { socket: Socket; received: () => string; error: () => string | undefined } => {
      let received = '';
      let error: string | undefined;
      const socket = connect(proxy.port, '127.0.0.1');
      socket.on('data', (chunk) => (received += chunk.toString()));
      socket.on('error', (cause: NodeJS.ErrnoException) => (error = cause.code));
      return { socket, received: () => received, error: () => error };
    };
    const stop = async (): Promise<void> => {
      await proxy.stop();
      echo.close();
    };
    return { proxy, open, stop };
  }

  it('passes data both ways, and the end of it', async () => {
    const { open, stop } = await setUp();
    const client = open();
    const big = 'x'.repeat(3_000_000);
    client.socket.end(big);
    await once(client.socket, 'close');
    expect(client.received() === big).toBe(true);
    await stop();
  });

  it('delays', async () => {
    const { proxy, open, stop } = await setUp();
    proxy.setFaults({ latencyMs: 100 });
    const client = open();
    const startedAtMs = performance.now();
    client.socket.write('a');
    await until(() => client.received() === 'a', 5000, 'the echo');
    expect(performance.now() - startedAtMs).toBeGreaterThanOrEqual(195);
    await stop();
  });

  it('swallows without losing, until it is told to pass on', async () => {
    const { proxy, open, stop } = await setUp();
    const client = open();
    client.socket.write('a');
    await until(() => client.received() === 'a', 5000, 'the first echo');
    proxy.setFaults({ blackhole: true });
    client.socket.write('b');
    await expect(until(() => client.received() === 'ab', 200, 'an echo from nowhere')).rejects.toThrow('in vain');
    proxy.setFaults({ blackhole: false });
    await until(() => client.received() === 'ab', 5000, 'the second echo');
    await stop();
  });

  it('resets open connections and refuses new ones', async () => {
    const { proxy, open, stop } = await setUp();
    const first = open();
    first.socket.write('a');
    await until(() => first.received() === 'a', 5000, 'the echo');
    proxy.resetConnections();
    await until(() => first.error() === 'ECONNRESET', 5000, 'the reset');
    proxy.setFaults({ refuse: true });
    const second = open();
    await until(() => second.error() === 'ECONNRESET', 5000, 'the refusal');
    await until(() => proxy.connections() === 0, 5000, 'no connection');
    await stop();
  });
});

describe('startHttpFaultProxy', () => {
  it('throttles, fails and drops answers of DynamoDB as asked', async () => {
    const { endpoint, region, accessKeyId, secretAccessKey } = testStack().dynamodb;
    const { hostname: host, port } = new URL(endpoint);
    const proxy = await startHttpFaultProxy({ target: { host, port: Number(port) } });
    const credentials = { accessKeyId, secretAccessKey };
    const client = new DynamoDBClient({ endpoint: proxy.endpoint, region, credentials, maxAttempts: 1 });
    const TableName = uniqueName('faults');
    const put = (pk: string) => client.send(new PutItemCommand({ TableName, Item: { pk: { S: pk } } }));
    const get = async (pk: string) =>
      (await client.send(new GetItemCommand({ TableName, Key: { pk: { S: pk } } }))).Item;
    try {
      await client.send(
        new CreateTableCommand({
          TableName,
          AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
          KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
          BillingMode: 'PAY_PER_REQUEST',
        }),
      );
      await waitUntilTableExists({ client, maxWaitTime: 20, minDelay: 1, maxDelay: 1 }, { TableName });
      proxy.setFaults({ throttleRate: 1, operations: ['PutItem'] });
      await expect(put('a')).rejects.toMatchObject({ name: 'ProvisionedThroughputExceededException' });
      proxy.setFaults({ throttleRate: 0, errorRate: 1 });
      await expect(put('a')).rejects.toMatchObject({ name: 'InternalServerError' });
      expect(await get('a')).toBeUndefined();
      proxy.setFaults({ errorRate: 0, dropAnswerRate: 1 });
      await expect(put('a')).rejects.toThrow();
      expect(await get('a')).toEqual({ pk: { S: 'a' } });
      expect(proxy.counts()).toMatchObject({ throttled: 1, failed: 1, dropped: 1 });
    } finally {
      client.destroy();
      await proxy.stop();
    }
  });

  it('repeats its faults for a seed', async () => {
    const target = createHttpServer((_request, answer) => answer.end('ok')).listen(0, '127.0.0.1');
    await once(target, 'listening');
    const proxy = await startHttpFaultProxy({
      target: { host: '127.0.0.1', port: (target.address() as AddressInfo).port },
    });
    const statuses = async (seed: number): Promise<number[]> => {
      proxy.setFaults({ throttleRate: 0.3, errorRate: 0.2 }, seed);
      const seen: number[] = [];
      for (let index = 0; index < 30; index += 1) seen.push((await fetch(proxy.endpoint)).status);
      return seen;
    };
    const first = await statuses(7);
    expect(new Set(first)).toEqual(new Set([200, 400, 500]));
    expect(await statuses(7)).toEqual(first);
    await proxy.stop();
    target.close();
  });
});
