import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import {
  type ChecksumAlgorithm,
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  type GetObjectCommandInput,
  HeadObjectCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { type RunningStore, runStore } from './running-store';

describe('objects', () => {
  let store: RunningStore;
  let s3: S3Client;
  const Bucket = 'objects';

  beforeAll(async () => {
    store = await runStore();
    s3 = store.client();
    await s3.send(new CreateBucketCommand({ Bucket }));
  });

  afterAll(async () => {
    await store.stop();
    expect(store.faults).toEqual([]);
  });

  const put = (Key: string, Body: string | Buffer) => s3.send(new PutObjectCommand({ Bucket, Key, Body }));
  const read = async (Key: string, more: Partial<GetObjectCommandInput> = {}): Promise<Buffer> => {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key, ...more }));
    return Buffer.from(await Body!.transformToByteArray());
  };

  it('gives back bytes, metadata and headers as they came', async () => {
    const Key = "dt=2026-01-02/hr=03/part 1+ä&(x)!*'.json";
    const given = { ContentType: 'application/x-ndjson', ContentEncoding: 'gzip', CacheControl: 'no-store' };
    await s3.send(new PutObjectCommand({ Bucket, Key, Body: 'abc', Metadata: { 'last-seq': '42' }, ...given }));
    const answer = await s3.send(new GetObjectCommand({ Bucket, Key }));
    expect(await answer.Body!.transformToString()).toBe('abc');
    expect(answer).toMatchObject({ ...given, Metadata: { 'last-seq': '42' }, ContentLength: 3 });
    expect(answer.ETag).toBe(`"${createHash('md5').update('abc').digest('hex')}"`);
    const head = await s3.send(new HeadObjectCommand({ Bucket, Key }));
    expect(head).toMatchObject({ ...given, Metadata: { 'last-seq': '42' }, ContentLength: 3, ETag: answer.ETag });
  });

  it('stores an empty object', async () => {
    await s3.send(new PutObjectCommand({ Bucket, Key: 'empty', Body: Buffer.alloc(0), ContentLength: 0 }));
    expect(await read('empty')).toHaveLength(0);
  });

  it('decodes a streamed body of unknown chunking', async () => {
    const bytes = randomBytes(3_000_001);
    const Body = Readable.from([bytes.subarray(0, 7), bytes.subarray(7, 2_000_000), bytes.subarray(2_000_000)]);
    await s3.send(new PutObjectCommand({ Bucket, Key: 'stream', Body, ContentLength: bytes.length }));
    expect((await read('stream')).equals(bytes)).toBe(true);
    const head = await s3.send(new HeadObjectCommand({ Bucket, Key: 'stream', ChecksumMode: 'ENABLED' }));
    expect(head.ContentEncoding).toBeUndefined();
    expect(head.ChecksumCRC32).toBeDefined();
  });

  it.each<ChecksumAlgorithm>(['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'])(
    'verifies and gives back a %s checksum, also from a trailer',
    async (algorithm) => {
      const bytes = randomBytes(100_000);
      const bodies = [bytes, Readable.from([bytes])];
      for (const [index, Body] of bodies.entries()) {
        const Key = `checksum-${algorithm}-${index}`;
        const command = new PutObjectCommand({
          Bucket,
          Key,
          Body,
          ContentLength: bytes.length,
          ChecksumAlgorithm: algorithm,
        });
        const stored = await s3.send(command);
        const answer = await s3.send(new GetObjectCommand({ Bucket, Key, ChecksumMode: 'ENABLED' }));
        const name = `Checksum${algorithm}` as const;
        expect(answer[name]).toBe(stored[name]);
        expect(answer[name]).toBeDefined();
        expect((await buffer(answer.Body as Readable)).equals(bytes)).toBe(true); // the client verifies it too
      }
    },
  );

  it('refuses a body that does not match its checksum or MD5 and keeps what was there', async () => {
    await put('guarded', 'before');
    const wrong = { Bucket, Key: 'guarded', Body: 'after' };
    const crc = s3.send(new PutObjectCommand({ ...wrong, ChecksumCRC32: 'AAAAAA==' }));
    await expect(crc).rejects.toMatchObject({ name: 'BadDigest', $metadata: { httpStatusCode: 400 } });
    const md5 = s3.send(new PutObjectCommand({ ...wrong, ContentMD5: createHash('md5').update('x').digest('base64') }));
    await expect(md5).rejects.toMatchObject({ name: 'BadDigest' });
    expect((await read('guarded')).toString()).toBe('before');
  });

  it('answers ranges', async () => {
    await put('range', '0123456789');
    expect((await read('range', { Range: 'bytes=2-4' })).toString()).toBe('234');
    expect((await read('range', { Range: 'bytes=7-' })).toString()).toBe('789');
    expect((await read('range', { Range: 'bytes=-3' })).toString()).toBe('789');
    expect((await read('range', { Range: 'bytes=8-99' })).toString()).toBe('89');
    const answer = await s3.send(new GetObjectCommand({ Bucket, Key: 'range', Range: 'bytes=2-4' }));
    expect(answer).toMatchObject({ ContentRange: 'bytes 2-4/10', $metadata: { httpStatusCode: 206 } });
    await answer.Body!.transformToByteArray();
    const beyond = read('range', { Range: 'bytes=10-12' });
    await expect(beyond).rejects.toMatchObject({ name: 'InvalidRange', $metadata: { httpStatusCode: 416 } });
  });

  it('answers conditional reads', async () => {
    const { ETag } = await put('conditional', 'x');
    const notModified = read('conditional', { IfNoneMatch: ETag });
    await expect(notModified).rejects.toMatchObject({ $metadata: { httpStatusCode: 304 } });
    expect((await read('conditional', { IfMatch: ETag })).toString()).toBe('x');
    const failed = read('conditional', { IfMatch: '"other"' });
    await expect(failed).rejects.toMatchObject({ $metadata: { httpStatusCode: 412 } });
    const since = read('conditional', { IfModifiedSince: new Date(Date.now() + 60_000) });
    await expect(since).rejects.toMatchObject({ $metadata: { httpStatusCode: 304 } });
  });

  it('deletes, one and many, and says nothing of what was not there', async () => {
    await Promise.all(['d/1', 'd/2', 'd/3'].map((key) => put(key, 'x')));
    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'd/1' }));
    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'd/1' }));
    const Objects = [{ Key: 'd/2' }, { Key: 'd/3' }, { Key: 'd/never & <ever>' }, { Key: '../out' }];
    const { Deleted, Errors } = await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
    expect(Deleted?.map(({ Key }) => Key)).toEqual(['d/2', 'd/3', 'd/never & <ever>']);
    expect(Errors).toMatchObject([{ Key: '../out', Code: 'NotImplemented' }]);
    await expect(read('d/2')).rejects.toMatchObject({ name: 'NoSuchKey' });
    await put('d', 'the folder is gone, so its name is free');
  });

  it('copies with and without new metadata', async () => {
    await s3.send(new PutObjectCommand({ Bucket, Key: 'from ä', Body: 'copied', Metadata: { a: '1' } }));
    const CopySource = `${Bucket}/${encodeURIComponent('from ä')}`;
    await s3.send(new CopyObjectCommand({ Bucket, Key: 'to/1', CopySource }));
    expect((await s3.send(new HeadObjectCommand({ Bucket, Key: 'to/1' }))).Metadata).toEqual({ a: '1' });
    const replace = { MetadataDirective: 'REPLACE', Metadata: { b: '2' } } as const;
    await s3.send(new CopyObjectCommand({ Bucket, Key: 'to/2', CopySource, ...replace }));
    expect((await s3.send(new HeadObjectCommand({ Bucket, Key: 'to/2' }))).Metadata).toEqual({ b: '2' });
    expect((await read('to/2')).toString()).toBe('copied');
    const missing = s3.send(new CopyObjectCommand({ Bucket, Key: 'to/3', CopySource: `${Bucket}/nothing` }));
    await expect(missing).rejects.toMatchObject({ name: 'NoSuchKey' });
  });

  it('refuses keys that a file system cannot hold', async () => {
    await put('tree/leaf', 'x');
    const notImplemented = { name: 'NotImplemented', $metadata: { httpStatusCode: 501 } };
    for (const Key of ['a//b', '/a', 'a/', 'tree', 'tree/leaf/below', 'a/./b', `${'n'.repeat(256)}/x`]) {
      await expect(put(Key, 'x')).rejects.toMatchObject(notImplemented);
    }
    await expect(put('k'.repeat(1025), 'x')).rejects.toMatchObject({ name: 'KeyTooLongError' });
    await expect(read('tree')).rejects.toMatchObject({ name: 'NoSuchKey' });
  });
});
