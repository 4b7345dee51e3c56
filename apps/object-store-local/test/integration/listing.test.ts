import {
  CreateBucketCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandInput,
  PutObjectCommand,
  type S3Client,
  paginateListObjectsV2,
} from '@aws-sdk/client-s3';
import { type RunningStore, runStore } from './running-store';

const byUtf8 = (left: string, right: string): number => Buffer.compare(Buffer.from(left), Buffer.from(right));

describe('ListObjectsV2', () => {
  let store: RunningStore;
  let s3: S3Client;
  const Bucket = 'listing';
  const tree = ['a', 'a-b', 'a.txt', 'b/c/d', 'b/c-d', 'b/e', 'b0', 'ü/ä', 'ﬀ', '🚗', 'z &<> +%'];
  const many = Array.from({ length: 2_345 }, (_, index) => `many/${index % 7}/${index}`);

  beforeAll(async () => {
    store = await runStore();
    s3 = store.client();
    await s3.send(new CreateBucketCommand({ Bucket }));
    const keys = [...tree, ...many];
    for (let start = 0; start < keys.length; start += 50) {
      const batch = keys.slice(start, start + 50);
      await Promise.all(batch.map((Key) => s3.send(new PutObjectCommand({ Bucket, Key, Body: Key }))));
    }
  });

  afterAll(async () => {
    await store.stop();
    expect(store.faults).toEqual([]);
  });

  const page = (more: Partial<ListObjectsV2CommandInput>) => s3.send(new ListObjectsV2Command({ Bucket, ...more }));
  const all = async (more: Partial<ListObjectsV2CommandInput>) => {
    const keys: string[] = [];
    const prefixes: string[] = [];
    let pages = 0;
    for await (const { Contents, CommonPrefixes } of paginateListObjectsV2({ client: s3 }, { Bucket, ...more })) {
      pages += 1;
      keys.push(...(Contents ?? []).map(({ Key }) => Key!));
      prefixes.push(...(CommonPrefixes ?? []).map(({ Prefix }) => Prefix!));
    }
    return { keys, prefixes, pages };
  };

  it('pages through more than 1,000 keys in the order of their UTF-8 bytes', async () => {
    const { keys, pages } = await all({});
    expect(keys).toEqual([...tree, ...many].sort(byUtf8));
    expect(pages).toBe(3);
  });

  it.each([1, 3, 7])('gives the same with pages of %d, with and without a delimiter', async (MaxKeys) => {
    expect((await all({ Prefix: 'b', MaxKeys })).keys).toEqual(['b/c-d', 'b/c/d', 'b/e', 'b0']);
    const rolledUp = await all({ Delimiter: '/', MaxKeys });
    expect(rolledUp.prefixes).toEqual(['b/', 'many/', 'ü/']);
    expect(rolledUp.keys).toEqual(tree.filter((key) => !key.includes('/')).sort(byUtf8));
  });

  it('rolls up below a prefix', async () => {
    expect(await all({ Prefix: 'b/', Delimiter: '/' })).toMatchObject({ keys: ['b/c-d', 'b/e'], prefixes: ['b/c/'] });
    expect(await all({ Prefix: 'man', Delimiter: '/' })).toMatchObject({ keys: [], prefixes: ['many/'] });
  });

  it('starts after a key, whether it exists or not', async () => {
    expect((await all({ StartAfter: 'b/c/d', Prefix: 'b' })).keys).toEqual(['b/e', 'b0']);
    expect((await all({ StartAfter: 'b/c/', Prefix: 'b' })).keys).toEqual(['b/c/d', 'b/e', 'b0']);
    expect((await all({ StartAfter: '🚗' })).keys).toEqual([]);
  });

  it('describes each object', async () => {
    const { Contents, KeyCount, IsTruncated } = await page({ Prefix: 'b/e' });
    expect(Contents).toMatchObject([{ Key: 'b/e', Size: 3, StorageClass: 'STANDARD' }]);
    expect(Contents![0]!.LastModified!.getTime()).toBeLessThanOrEqual(Date.now());
    expect({ KeyCount, IsTruncated }).toEqual({ KeyCount: 1, IsTruncated: false });
  });

  it('encodes keys when asked', async () => {
    const { Contents } = await page({ Prefix: 'z', EncodingType: 'url' });
    expect(Contents![0]!.Key).toBe('z%20%26%3C%3E%20%2B%25');
  });

  it('refuses what it lacks', async () => {
    const notImplemented = { name: 'NotImplemented', $metadata: { httpStatusCode: 501 } };
    await expect(page({ Delimiter: '-' })).rejects.toMatchObject(notImplemented);
    await expect(page({ ContinuationToken: 'not one' })).rejects.toMatchObject({ name: 'InvalidArgument' });
  });
});
