import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  ListPartsCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { type RunningStore, runStore } from './running-store';

const MIB = 1024 * 1024;
const md5 = (bytes: Buffer): Buffer => createHash('md5').update(bytes).digest();

describe('multipart uploads', () => {
  let store: RunningStore;
  let s3: S3Client;
  const Bucket = 'multipart';

  beforeAll(async () => {
    store = await runStore();
    s3 = store.client();
    await s3.send(new CreateBucketCommand({ Bucket }));
  });

  afterAll(async () => {
    await store.stop();
    expect(store.faults).toEqual([]);
  });

  const begin = async (Key: string) => {
    const { UploadId } = await s3.send(
      new CreateMultipartUploadCommand({ Bucket, Key, Metadata: { made: 'in parts' } }),
    );
    return { Bucket, Key, UploadId };
  };
  const read = async (Key: string) => {
    const answer = await s3.send(new GetObjectCommand({ Bucket, Key }));
    return { answer, bytes: Buffer.from(await answer.Body!.transformToByteArray()) };
  };

  it("takes lib-storage's upload of a stream and forms S3's ETag", async () => {
    const bytes = randomBytes(12 * MIB);
    const Body = Readable.from([bytes.subarray(0, MIB), bytes.subarray(MIB)]);
    await new Upload({ client: s3, params: { Bucket, Key: 'big/stream', Body } }).done();
    const { answer, bytes: stored } = await read('big/stream');
    expect(stored.equals(bytes)).toBe(true);
    const parts = [0, 5, 10].map((start) => md5(bytes.subarray(start * MIB, (start + 5) * MIB)));
    expect(answer.ETag).toBe(`"${md5(Buffer.concat(parts)).toString('hex')}-3"`);
  });

  it('lists parts by page, and a part that is sent again replaces the first', async () => {
    const upload = await begin('parts');
    for (const PartNumber of [3, 1, 2, 2]) {
      await s3.send(new UploadPartCommand({ ...upload, PartNumber, Body: `part ${PartNumber}` }));
    }
    const first = await s3.send(new ListPartsCommand({ ...upload, MaxParts: 2 }));
    expect(first.Parts?.map(({ PartNumber, Size }) => [PartNumber, Size])).toEqual([
      [1, 6],
      [2, 6],
    ]);
    const rest = await s3.send(new ListPartsCommand({ ...upload, PartNumberMarker: first.NextPartNumberMarker }));
    expect(rest.Parts?.map(({ PartNumber }) => PartNumber)).toEqual([3]);
    expect({ first: first.IsTruncated, rest: rest.IsTruncated }).toEqual({ first: true, rest: false });
  });

  it('checks what is completed: order, ETags, sizes', async () => {
    const upload = await begin('checked');
    const send = async (PartNumber: number) => {
      const { ETag } = await s3.send(new UploadPartCommand({ ...upload, PartNumber, Body: `part ${PartNumber}` }));
      return { PartNumber, ETag };
    };
    const [one, two] = [await send(1), await send(2)];
    const complete = (Parts: { PartNumber: number; ETag: string | undefined }[]) =>
      s3.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } }));
    await expect(complete([two, one])).rejects.toMatchObject({ name: 'InvalidPartOrder' });
    await expect(complete([{ PartNumber: 1, ETag: two.ETag }])).rejects.toMatchObject({ name: 'InvalidPart' });
    await expect(complete([one, two])).rejects.toMatchObject({ name: 'EntityTooSmall' });
    await expect(read('checked')).rejects.toMatchObject({ name: 'NoSuchKey' });
    await complete([two]);
    const { answer, bytes } = await read('checked');
    expect(bytes.toString()).toBe('part 2');
    expect(answer.Metadata).toEqual({ made: 'in parts' });
  });

  it('aborts: nothing appears, and the upload is gone', async () => {
    const upload = await begin('aborted');
    await s3.send(new UploadPartCommand({ ...upload, PartNumber: 1, Body: 'x' }));
    await s3.send(new AbortMultipartUploadCommand(upload));
    await expect(s3.send(new ListPartsCommand(upload))).rejects.toMatchObject({ name: 'NoSuchUpload' });
    await expect(read('aborted')).rejects.toMatchObject({ name: 'NoSuchKey' });
  });

  it('keeps an unfinished upload across a restart', async () => {
    const upload = await begin('resumed');
    const { ETag } = await s3.send(new UploadPartCommand({ ...upload, PartNumber: 1, Body: 'kept' }));
    await store.restart();
    s3 = store.client();
    const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] };
    await s3.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload }));
    expect((await read('resumed')).bytes.toString()).toBe('kept');
  });

  it('refuses an upload id that is a path', async () => {
    await s3.send(new PutObjectCommand({ Bucket, Key: 'x', Body: 'x' }));
    const attempt = s3.send(new ListPartsCommand({ Bucket, Key: 'x', UploadId: '../../multipart' }));
    await expect(attempt).rejects.toMatchObject({ name: 'NoSuchUpload' });
  });
});
