import { CreateBucketCommand } from '@aws-sdk/client-s3';
import { startHttpFaultProxy, testStack, uniqueName } from '@affinity/testing';
import { createS3Client, S3ObjectStore } from '../../src/index';
import { describeObjectStore } from '../object-store-contract';

const { endpoint, region, accessKeyId, secretAccessKey } = testStack().objectStore;
Object.assign(process.env, { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey });
const client = createS3Client({ endpoint, region, pathStyle: true });
const object = { body: Buffer.from('x'), contentType: 'text/plain', metadata: {} };

async function newBucket(): Promise<string> {
  const Bucket = uniqueName('lake');
  await client.send(new CreateBucketCommand({ Bucket }));
  return Bucket;
}

afterAll(() => client.destroy());

describeObjectStore('S3ObjectStore', async () => new S3ObjectStore(client, await newBucket()));

describe('S3ObjectStore failures', () => {
  it('lists more than one page', async () => {
    const store = new S3ObjectStore(client, await newBucket());
    const keys = Array.from({ length: 1_020 }, (_, i) => `k/${String(i).padStart(5, '0')}`);
    for (let at = 0; at < keys.length; at += 60) {
      await Promise.all(keys.slice(at, at + 60).map((key) => store.putIfAbsent(key, object)));
    }
    const found: string[] = [];
    for await (const { key } of store.list('k/')) found.push(key);
    expect(found).toEqual(keys);
  });

  it('names a bucket that does not exist', async () => {
    const store = new S3ObjectStore(client, uniqueName('none'));
    await expect(store.putIfAbsent('k', object)).rejects.toMatchObject({ code: 'FAILED_PRECONDITION' });
  });

  it('is unavailable when nobody answers', async () => {
    const dead = createS3Client({ endpoint: 'http://127.0.0.1:9', region, pathStyle: true });
    await expect(new S3ObjectStore(dead, 'bucket').head('k')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    dead.destroy();
  });

  it('meets its own object after an answer that was lost', async () => {
    const { hostname: host, port } = new URL(endpoint);
    const proxy = await startHttpFaultProxy({ target: { host, port: Number(port) } });
    const proxied = createS3Client({ endpoint: proxy.endpoint, region, pathStyle: true });
    try {
      const store = new S3ObjectStore(proxied, await newBucket());
      proxy.setFaults({ dropAnswerRate: 1 });
      await expect(store.putIfAbsent('k', object)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      proxy.setFaults({ dropAnswerRate: 0 });
      expect(await store.putIfAbsent('k', object)).toBe('exists');
    } finally {
      proxied.destroy();
      await proxy.stop();
    }
  });
});
