import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { type ServiceProcess, startServiceProcess, until } from '@affinity/testing';
import {
  CreateBucketCommand,
  GetObjectCommand,
  HeadBucketCommand,
  PutObjectCommand,
  S3Client,
  paginateListObjectsV2,
} from '@aws-sdk/client-s3';
import { CREDENTIALS } from './running-store';

const Bucket = 'crash';
const madeAtStart = 'made-at-start';
const PATIENCE_MS = 20_000;

describe('the server as a process', () => {
  let folder: string;
  let server: ServiceProcess;
  let s3: S3Client;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'object-store-process-'));
    await writeFile(join(folder, 'secret'), CREDENTIALS.secretAccessKey);
    server = await startServiceProcess({
      app: 'object-store-local',
      readyMessage: 'listening',
      env: {
        AFFINITY_OBJECT_STORE_PORT: '0',
        AFFINITY_OBJECT_STORE_ROOT: join(folder, 'data'),
        AFFINITY_OBJECT_STORE_ACCESS_KEY: CREDENTIALS.accessKeyId,
        AFFINITY_OBJECT_STORE_SECRET_KEY_FILE: join(folder, 'secret'),
        AFFINITY_OBJECT_STORE_BUCKETS: madeAtStart,
      },
    });
    s3 = client();
    await s3.send(new CreateBucketCommand({ Bucket }));
  });

  afterEach(async () => {
    s3.destroy();
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });

  function client(): S3Client {
    const endpoint = `http://127.0.0.1:${server.port('port')}`;
    return new S3Client({
      region: 'us-east-1',
      credentials: CREDENTIALS,
      forcePathStyle: true,
      endpoint,
      maxAttempts: 1,
    });
  }

  it('makes the buckets that it was told of at start, and starts again where they exist', async () => {
    await s3.send(new HeadBucketCommand({ Bucket: madeAtStart }));
    await server.restart();
    s3.destroy();
    s3 = client();
    await s3.send(new HeadBucketCommand({ Bucket: madeAtStart }));
  });

  const crash = async (): Promise<void> => {
    await server.kill();
    await server.restart();
    s3.destroy();
    s3 = client();
  };
  const staged = (): Promise<string[]> => readdir(join(folder, 'data/.object-store/staging'));

  it('shows nothing of an upload that a crash cut short', async () => {
    await s3.send(new PutObjectCommand({ Bucket, Key: 'object', Body: 'before' }));
    const Body = new PassThrough();
    Body.write(Buffer.alloc(100_000, 'x'));
    const upload = s3.send(new PutObjectCommand({ Bucket, Key: 'object', Body, ContentLength: 200_000 }));
    const outcome = upload.then(
      () => 'stored',
      () => 'failed',
    );
    await until(async () => (await staged()).length === 1, PATIENCE_MS, 'the upload to be under way');
    await crash();
    Body.destroy();
    expect(await outcome).toBe('failed');
    const { Body: kept } = await s3.send(new GetObjectCommand({ Bucket, Key: 'object' }));
    expect(await kept!.transformToString()).toBe('before');
    expect(await staged()).toEqual([]);
  });

  it('keeps every acknowledged object, whole, over crashes at any moment', async () => {
    const acknowledged: string[] = [];
    const contentOf = (key: string): string => key.repeat(1000);
    const store = async (Key: string): Promise<void> => {
      const command = { Bucket, Key, Body: contentOf(Key), Metadata: { key: Key }, IfNoneMatch: '*' };
      await s3.send(new PutObjectCommand(command)).then(
        () => acknowledged.push(Key),
        () => undefined,
      );
    };
    for (let round = 0; round < 4; round += 1) {
      const enough = acknowledged.length + 5 + round * 7;
      const writers = Array.from({ length: 100 }, (_, index) => store(`round${round}/object${index}`));
      await until(() => acknowledged.length >= enough, PATIENCE_MS, 'some objects to be stored');
      await crash();
      await Promise.all(writers);
    }
    const visible = await keys();
    expect(visible).toEqual(expect.arrayContaining(acknowledged));
    for (const Key of visible) {
      const { Body, Metadata } = await s3.send(new GetObjectCommand({ Bucket, Key }));
      expect(await Body!.transformToString()).toBe(contentOf(Key));
      expect(Metadata).toEqual({ key: Key });
    }
  });

  it('lets a request under way end when it is told to stop, and exits with 0', async () => {
    const Body = new PassThrough();
    Body.write(Buffer.alloc(1000, 'a'));
    const upload = s3.send(new PutObjectCommand({ Bucket, Key: 'slow', Body, ContentLength: 2000 }));
    await until(async () => (await staged()).length === 1, PATIENCE_MS, 'the upload to be under way');
    const stopped = server.stop();
    await until(() => refuses(), PATIENCE_MS, 'new connections to be refused');
    Body.end(Buffer.alloc(1000, 'b'));
    expect((await upload).$metadata.httpStatusCode).toBe(200);
    expect(await stopped).toEqual({ code: 0, signal: null });
  });

  const refuses = async (): Promise<boolean> => {
    const socket = connect(server.port('port'), '127.0.0.1');
    const refused = await once(socket, 'connect').then(
      () => false,
      () => true,
    );
    socket.destroy();
    return refused;
  };

  const keys = async (): Promise<string[]> => {
    const found: string[] = [];
    for await (const { Contents } of paginateListObjectsV2({ client: s3 }, { Bucket })) {
      found.push(...(Contents ?? []).map(({ Key }) => Key!));
    }
    return found;
  };
});
