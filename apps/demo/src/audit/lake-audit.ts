import { countLake, type LakeCount } from '@affinity/datasets';
import { S3ObjectStore } from '@affinity/lake';
import type { AwsEndpoint } from '@affinity/testing';
import { connectObjectStore } from '../system/lake-bucket';
import { lakeBucket } from '../system/service-environment';

const patienceMs = 20_000;

/** Waits until the lake holds as many events, or none come any more, and counts what is there. */
export async function auditLake(address: AwsEndpoint, events: number): Promise<LakeCount> {
  const client = connectObjectStore(address);
  try {
    return await countLake(new S3ObjectStore(client, lakeBucket), { expected: events, patienceMs });
  } finally {
    client.destroy();
  }
}
