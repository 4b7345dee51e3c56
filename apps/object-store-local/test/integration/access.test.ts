import { readFile, symlink, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  GetBucketLocationCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadBucketCommand,
  ListBucketsCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { CREDENTIALS, type RunningStore, runStore } from './running-store';

describe('buckets and access', () => {
  let store: RunningStore;
  let s3: S3Client;

  beforeAll(async () => {
    store = await runStore();
    s3 = store.client();
    await s3.send(new CreateBucketCommand({ Bucket: 'first' }));
  });

  afterAll(async () => {
    await store.stop();
    expect(store.faults).toEqual([]);
  });

  it('creates, finds, lists and deletes buckets', async () => {
    await s3.send(new CreateBucketCommand({ Bucket: 'second' }));
    await s3.send(new HeadBucketCommand({ Bucket: 'second' }));
    await s3.send(new GetBucketLocationCommand({ Bucket: 'second' }));
    const { Buckets } = await s3.send(new ListBucketsCommand({}));
    expect(Buckets?.map(({ Name }) => Name)).toEqual(['first', 'second']);
    await s3.send(new PutObjectCommand({ Bucket: 'second', Key: 'a/b', Body: 'x' }));
    const occupied = s3.send(new DeleteBucketCommand({ Bucket: 'second' }));
    await expect(occupied).rejects.toMatchObject({ name: 'BucketNotEmpty' });
    const again = s3.send(new CreateBucketCommand({ Bucket: 'first' }));
    await expect(again).rejects.toMatchObject({ name: 'BucketAlreadyOwnedByYou' });
    await s3.send(new CreateBucketCommand({ Bucket: 'third' }));
    await s3.send(new DeleteBucketCommand({ Bucket: 'third' }));
    await expect(s3.send(new HeadBucketCommand({ Bucket: 'third' }))).rejects.toMatchObject({ name: 'NotFound' });
    const absent = s3.send(new PutObjectCommand({ Bucket: 'third', Key: 'k', Body: 'x' }));
    await expect(absent).rejects.toMatchObject({ name: 'NoSuchBucket' });
  });

  it('serves virtual-host addresses', async () => {
    const endpoint = store.endpoint.replace('127.0.0.1', 'localhost');
    // Not every machine resolves names below localhost.
    const httpAgent = new Agent({
      lookup: (_host, _options, done) => done(null, [{ address: '127.0.0.1', family: 4 }]),
    });
    const client = store.client({ endpoint, forcePathStyle: false, requestHandler: { httpAgent } });
    await client.send(new PutObjectCommand({ Bucket: 'first', Key: 'virtual/host', Body: 'x' }));
    expect(await readFile(join(store.root, 'first/virtual/host'), 'utf8')).toBe('x');
  });

  it('refuses a wrong secret, an unknown key, a wrong region and an unsigned request', async () => {
    const list = (client: S3Client) => client.send(new ListBucketsCommand({}));
    const wrongSecret = store.client({ credentials: { ...CREDENTIALS, secretAccessKey: 'guessed' } });
    const mismatch = { name: 'SignatureDoesNotMatch', $metadata: { httpStatusCode: 403 } };
    await expect(list(wrongSecret)).rejects.toMatchObject(mismatch);
    const put = wrongSecret.send(new PutObjectCommand({ Bucket: 'first', Key: 'forged', Body: 'x' }));
    await expect(put).rejects.toMatchObject(mismatch);
    const unknown = store.client({ credentials: { ...CREDENTIALS, accessKeyId: 'somebody' } });
    await expect(list(unknown)).rejects.toMatchObject({ name: 'InvalidAccessKeyId' });
    const abroad = store.client({ region: 'eu-west-1' });
    await expect(list(abroad)).rejects.toMatchObject({ name: 'AuthorizationHeaderMalformed' });
    const unsigned = await rawRequest(store.endpoint, '/first/virtual/host');
    expect(unsigned).toMatchObject({ status: 403 });
    expect(unsigned.body).toContain('<Code>AccessDenied</Code>');
  });

  it('never leaves its root', async () => {
    await writeFile(join(store.root, 'outside.txt'), 'secret');
    for (const Key of ['../outside.txt', 'a/../../outside.txt', '..', '../.object-store/staging/x']) {
      const read = s3.send(new GetObjectCommand({ Bucket: 'first', Key }));
      await expect(read).rejects.toMatchObject({ name: 'NoSuchKey' });
      const write = s3.send(new PutObjectCommand({ Bucket: 'first', Key, Body: 'x' }));
      await expect(write).rejects.toMatchObject({ name: 'NotImplemented' });
    }
    await expect(s3.send(new HeadBucketCommand({ Bucket: '.object-store' }))).rejects.toMatchObject({
      name: 'NotFound',
    });
    expect(await readFile(join(store.root, 'outside.txt'), 'utf8')).toBe('secret');
  });

  it('follows no symbolic link', async () => {
    await symlink(store.root, join(store.root, 'first/loop'));
    const read = s3.send(new GetObjectCommand({ Bucket: 'first', Key: 'loop/outside.txt' }));
    await expect(read).rejects.toMatchObject({ name: 'NoSuchKey' });
    const write = s3.send(new PutObjectCommand({ Bucket: 'first', Key: 'loop/new', Body: 'x' }));
    await expect(write).rejects.toMatchObject({ name: 'NotImplemented' });
  });

  it('serves a file that another program put there', async () => {
    await writeFile(join(store.root, 'first/foreign.csv'), 'a,b');
    const { Body, ETag } = await s3.send(new GetObjectCommand({ Bucket: 'first', Key: 'foreign.csv' }));
    expect(await Body!.transformToString()).toBe('a,b');
    expect(ETag).toMatch(/^"[0-9a-f]+-0"$/);
  });

  it('says 501 to what it lacks', async () => {
    const notImplemented = { name: 'NotImplemented', $metadata: { httpStatusCode: 501 } };
    const tagging = s3.send(new GetObjectTaggingCommand({ Bucket: 'first', Key: 'virtual/host' }));
    await expect(tagging).rejects.toMatchObject(notImplemented);
    const encrypted = { Bucket: 'first', Key: 'e', Body: 'x', ServerSideEncryption: 'AES256' } as const;
    await expect(s3.send(new PutObjectCommand(encrypted))).rejects.toMatchObject(notImplemented);
    const tagged = s3.send(new PutObjectCommand({ Bucket: 'first', Key: 'e', Body: 'x', Tagging: 'a=b' }));
    await expect(tagged).rejects.toMatchObject(notImplemented);
  });

  it('keeps objects and metadata across a restart', async () => {
    const kept = { Bucket: 'first', Key: 'kept', Body: 'x', Metadata: { a: 'b' } };
    const { ETag } = await s3.send(new PutObjectCommand(kept));
    await store.restart();
    s3 = store.client();
    const answer = await s3.send(new GetObjectCommand({ Bucket: 'first', Key: 'kept' }));
    expect(answer).toMatchObject({ ETag, Metadata: { a: 'b' } });
    expect(await answer.Body!.transformToString()).toBe('x');
  });
});

async function rawRequest(endpoint: string, path: string): Promise<{ status: number | undefined; body: string }> {
  return new Promise((resolve, reject) => {
    const outgoing = request(`${endpoint}${path}`, (answer) => {
      text(answer).then((body) => resolve({ status: answer.statusCode, body }), reject);
    });
    outgoing.on('error', reject).end();
  });
}
