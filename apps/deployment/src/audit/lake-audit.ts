import { countLake, type LakeCount } from '@affinity/datasets';
import { S3ObjectStore } from '@affinity/lake';
import { S3Client } from '@aws-sdk/client-s3';
import { localAccount } from './store-audit';

const bucket = 'affinity-lake';
const patienceMs = 30_000;

/**
 * Waits until the lake at `endpoint` holds so many events, or no more come, and counts what is there: of all events, or of those
 * whose ids begin with `idPrefix`.
 */
export async function auditLake(endpoint: string, events: number, idPrefix = ''): Promise<LakeCount> {
  const client = new S3Client({ endpoint, forcePathStyle: true, ...localAccount });
  try {
    return await countLake(new S3ObjectStore(client, bucket), { expected: events, patienceMs, idPrefix });
  } finally {
    client.destroy();
  }
}
