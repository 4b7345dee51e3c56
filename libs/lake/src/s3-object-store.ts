import {
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3ServiceException,
  type S3Client,
} from '@aws-sdk/client-s3';
import { requireObjectKey } from './object-name';
import type { ListedObject, ObjectHead, ObjectStore, ObjectToPut, StoredObject } from './object-store';
import { s3Failure, statusOf } from './s3-failure';

/**
 * Objects in a bucket of S3, or of any server that enforces conditional writes
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html).
 */
export class S3ObjectStore implements ObjectStore {
  constructor(
    private readonly client: S3Client,
    private readonly bucket: string,
  ) {}

  /** See ObjectStore. */
  async putIfAbsent(key: string, object: ObjectToPut): Promise<'stored' | 'exists'> {
    requireObjectKey(key);
    const { body: Body, contentType: ContentType, metadata } = object;
    const Metadata = { ...metadata };
    const input = { Bucket: this.bucket, Key: key, Body, ContentType, Metadata, IfNoneMatch: '*' };
    try {
      await this.client.send(new PutObjectCommand(input));
      return 'stored';
    } catch (error) {
      if (error instanceof S3ServiceException && statusOf(error) === 412) return 'exists';
      throw s3Failure(error);
    }
  }

  /** See ObjectStore. */
  async head(key: string): Promise<ObjectHead | undefined> {
    return absentIfNotFound(async () => {
      const found = await this.client.send(new HeadObjectCommand({ Bucket: this.bucket, Key: key }));
      return { bytes: found.ContentLength ?? 0, metadata: found.Metadata ?? {} };
    });
  }

  /** See ObjectStore. */
  async get(key: string): Promise<StoredObject | undefined> {
    return absentIfNotFound(async () => {
      const found = await this.client.send(new GetObjectCommand({ Bucket: this.bucket, Key: key }));
      const body = (await found.Body?.transformToByteArray()) ?? new Uint8Array();
      return { body, bytes: body.length, metadata: found.Metadata ?? {} };
    });
  }

  /** See ObjectStore. */
  async *list(prefix: string): AsyncGenerator<ListedObject, void, undefined> {
    let token: string | undefined;
    do {
      const page = await this.page(prefix, token);
      for (const { Key, Size } of page.Contents ?? []) if (Key !== undefined) yield { key: Key, bytes: Size ?? 0 };
      token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
    } while (token !== undefined);
  }

  private async page(prefix: string, token: string | undefined) {
    const continuation = token === undefined ? {} : { ContinuationToken: token };
    try {
      return await this.client.send(new ListObjectsV2Command({ Bucket: this.bucket, Prefix: prefix, ...continuation }));
    } catch (error) {
      throw s3Failure(error);
    }
  }
}

async function absentIfNotFound<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    const notFound = error instanceof S3ServiceException && (error.name === 'NotFound' || error.name === 'NoSuchKey');
    if (notFound) return undefined;
    throw s3Failure(error);
  }
}
