import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3ServiceException,
  type PutObjectCommandInput,
  type S3Client,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import type { FileToPut, MutableObjectStore, VersionedObject } from './mutable-object-store';
import { requireObjectKey } from './object-name';
import type { ListedObject, ObjectHead, ObjectToPut, StoredObject } from './object-store';
import { s3Failure, statusOf } from './s3-failure';

/** Part of a multipart upload: at most 10,000 parts make 160 GB, far beyond an export. */
const partBytes = 16 * 1024 * 1024;
const partsAtOnce = 2;

/**
 * Objects in a bucket of S3, or of any server that enforces conditional writes
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html).
 */
export class S3ObjectStore implements MutableObjectStore {
  constructor(
    private readonly client: S3Client,
    private readonly bucket: string,
  ) {}

  /** See ObjectStore. */
  async putIfAbsent(key: string, object: ObjectToPut): Promise<'stored' | 'exists'> {
    return (await this.putIf({ ...this.inputOf(key, object), IfNoneMatch: '*' })) ? 'stored' : 'exists';
  }

  /** See MutableObjectStore. */
  async put(key: string, object: ObjectToPut): Promise<void> {
    await this.client.send(new PutObjectCommand(this.inputOf(key, object))).catch(fail);
  }

  /** See MutableObjectStore. */
  async putFile(key: string, { path, contentType, metadata }: FileToPut): Promise<void> {
    const params = this.inputOf(key, { body: createReadStream(path), contentType, metadata });
    const upload = new Upload({ client: this.client, params, partSize: partBytes, queueSize: partsAtOnce });
    await upload.done().catch(fail);
  }

  /** See MutableObjectStore. */
  async replace(key: string, version: string, object: ObjectToPut): Promise<'replaced' | 'changed'> {
    const input = { ...this.inputOf(key, object), IfMatch: version };
    return (await this.putIf(input)) ? 'replaced' : 'changed';
  }

  /** See MutableObjectStore. */
  async remove(key: string): Promise<void> {
    await this.client.send(new DeleteObjectCommand({ Bucket: this.bucket, Key: key })).catch(fail);
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
    const found = await this.getVersioned(key);
    return found && { body: found.body, bytes: found.bytes, metadata: found.metadata };
  }

  /** See MutableObjectStore. */
  async getVersioned(key: string): Promise<VersionedObject | undefined> {
    return absentIfNotFound(async () => {
      const found = await this.client.send(new GetObjectCommand({ Bucket: this.bucket, Key: key }));
      const body = (await found.Body?.transformToByteArray()) ?? new Uint8Array();
      return { body, bytes: body.length, metadata: found.Metadata ?? {}, version: found.ETag ?? '' };
    });
  }

  /** See MutableObjectStore. */
  async read(key: string): Promise<Readable | undefined> {
    return absentIfNotFound(async () => {
      const { Body } = await this.client.send(new GetObjectCommand({ Bucket: this.bucket, Key: key }));
      return Body instanceof Readable ? Body : Readable.from([]);
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

  private inputOf(key: string, object: InputObject): PutObjectCommandInput {
    requireObjectKey(key);
    const { body: Body, contentType: ContentType, metadata } = object;
    return { Bucket: this.bucket, Key: key, Body, ContentType, Metadata: { ...metadata } };
  }

  /** Whether the put took place; false when its condition does not hold. */
  private async putIf(input: PutObjectCommandInput): Promise<boolean> {
    try {
      await this.client.send(new PutObjectCommand(input));
      return true;
    } catch (error) {
      // If-Match of a key that is gone is answered with NoSuchKey.
      const refused = error instanceof S3ServiceException && (statusOf(error) === 412 || error.name === 'NoSuchKey');
      if (refused) return false;
      throw s3Failure(error);
    }
  }

  private async page(prefix: string, token: string | undefined) {
    const continuation = token === undefined ? {} : { ContinuationToken: token };
    const input = { Bucket: this.bucket, Prefix: prefix, ...continuation };
    return this.client.send(new ListObjectsV2Command(input)).catch(fail);
  }
}

/** An object whose body may also come bit by bit. */
type InputObject = Omit<ObjectToPut, 'body'> & { readonly body: Uint8Array | Readable };

function fail(error: unknown): never {
  throw s3Failure(error);
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
