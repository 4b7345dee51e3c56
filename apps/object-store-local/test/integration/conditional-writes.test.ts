import {
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { type RunningStore, runStore } from './running-store';

describe('conditional writes', () => {
  let store: RunningStore;
  let s3: S3Client;
  const Bucket = 'conditional';

  beforeAll(async () => {
    store = await runStore();
    s3 = store.client();
    await s3.send(new CreateBucketCommand({ Bucket }));
  });

  afterAll(async () => {
    await store.stop();
    expect(store.faults).toEqual([]);
  });

  const content = async (Key: string): Promise<string> => {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
    return Body!.transformToString();
  };
  const outcomes = async (attempts: Promise<unknown>[]) => {
    const settled = await Promise.allSettled(attempts);
    const lost = settled.filter((result) => result.status === 'rejected');
    return { winners: settled.flatMap((result, index) => (result.status === 'fulfilled' ? [index] : [])), lost };
  };

  it('lets exactly one of ten racers create an object, many times over', async () => {
    for (let round = 0; round < 20; round += 1) {
      const Key = `race/${round}/object`;
      const racer = (index: number) =>
        s3.send(new PutObjectCommand({ Bucket, Key, Body: `racer ${index}`, IfNoneMatch: '*' }));
      const { winners, lost } = await outcomes(Array.from({ length: 10 }, (_, index) => racer(index)));
      expect(winners).toHaveLength(1);
      for (const { reason } of lost) {
        expect(reason).toMatchObject({ name: 'PreconditionFailed', $metadata: { httpStatusCode: 412 } });
      }
      expect(await content(Key)).toBe(`racer ${winners[0]}`);
    }
  });

  it('lets exactly one of ten racers replace a version', async () => {
    let { ETag } = await s3.send(new PutObjectCommand({ Bucket, Key: 'pointer', Body: 'v0' }));
    for (let round = 1; round <= 10; round += 1) {
      const racer = (index: number) =>
        s3.send(new PutObjectCommand({ Bucket, Key: 'pointer', Body: `v${round}-${index}`, IfMatch: ETag! }));
      const { winners } = await outcomes(Array.from({ length: 10 }, (_, index) => racer(index)));
      expect(winners).toHaveLength(1);
      expect(await content('pointer')).toBe(`v${round}-${winners[0]}`);
      ETag = (await s3.send(new GetObjectCommand({ Bucket, Key: 'pointer' }))).ETag;
    }
  });

  it('answers 404 when the object to match is not there', async () => {
    const attempt = s3.send(new PutObjectCommand({ Bucket, Key: 'nothing', Body: 'x', IfMatch: '"abc"' }));
    await expect(attempt).rejects.toMatchObject({ name: 'NoSuchKey', $metadata: { httpStatusCode: 404 } });
  });

  it('lets exactly one of ten multipart uploads create an object', async () => {
    const Key = 'multipart';
    const prepare = async (index: number) => {
      const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key }));
      const part = { Bucket, Key, UploadId, PartNumber: 1 };
      const { ETag } = await s3.send(new UploadPartCommand({ ...part, Body: `upload ${index}` }));
      const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] };
      return new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload, IfNoneMatch: '*' });
    };
    const commands = await Promise.all(Array.from({ length: 10 }, (_, index) => prepare(index)));
    const { winners, lost } = await outcomes(commands.map((command) => s3.send(command)));
    expect(winners).toHaveLength(1);
    expect(lost).toHaveLength(9);
    expect(await content(Key)).toBe(`upload ${winners[0]}`);
  });
});
