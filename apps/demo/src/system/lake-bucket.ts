import { BucketAlreadyOwnedByYou, CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import type { AwsEndpoint } from '@affinity/testing';
import { lakeBucket } from './service-environment';

/** Connects to the object store of a local system. */
export function connectObjectStore({ endpoint, region, accessKeyId, secretAccessKey }: AwsEndpoint): S3Client {
  return new S3Client({ endpoint, region, forcePathStyle: true, credentials: { accessKeyId, secretAccessKey } });
}

/** Makes the lake's bucket unless it exists. */
export async function createLakeBucket(address: AwsEndpoint): Promise<void> {
  const client = connectObjectStore(address);
  try {
    await client.send(new CreateBucketCommand({ Bucket: lakeBucket }));
  } catch (error) {
    if (!(error instanceof BucketAlreadyOwnedByYou)) throw error;
  } finally {
    client.destroy();
  }
}
