import { dynamoDbArguments, dynamoDbCredentials, natsConfiguration, redisArguments } from './server-configuration';

describe('server configuration', () => {
  it('quotes paths for nats-server', () => {
    const text = natsConfiguration({ host: '127.0.0.1', port: 4222, storeDir: '/a folder/"x"' });
    expect(text).toContain('listen: "127.0.0.1:4222"');
    expect(text).toContain('store_dir: "/a folder/\\"x\\""');
    expect(text).toContain('max_payload: 2097152');
  });

  it('keeps Redis data on every restart', () => {
    expect(redisArguments({ host: 'h', port: 1, dataDir: '/d' }).join(' ')).toContain('--dir /d --appendonly yes');
  });

  it('gives each region of DynamoDB Local a database of its own, in memory unless a folder is given', () => {
    const inMemory = dynamoDbArguments({ port: 1, folder: '/f' });
    expect(inMemory).toContain('-inMemory');
    expect(inMemory).not.toContain('-sharedDb');
    const durable = dynamoDbArguments({ port: 1, folder: '/f', dataDir: '/d' });
    expect(durable.slice(-2)).toEqual(['-dbPath', '/d']);
    expect(dynamoDbCredentials().accessKeyId).toMatch(/^[A-Za-z0-9]+$/);
  });
});
