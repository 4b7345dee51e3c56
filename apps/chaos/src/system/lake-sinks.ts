import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { S3ObjectStore, type ObjectStore } from '@affinity/lake';
import { startHttpFaultProxy, type AwsEndpoint, type HttpFaultProxy } from '@affinity/testing';
import type { ReplicaKind } from './replica';

/** The lake of a system. */
export interface ChaosLake {
  /** Between the lake sinks and the object store. */
  readonly proxy: HttpFaultProxy;
  /** What the sinks write to, without faults between. */
  readonly objects: ObjectStore;
  /** Lets go of both. */
  stop(): Promise<void>;
}

/** The lake sinks, as replicas. */
export const lakeSinkKind: ReplicaKind = {
  app: 'lake-sink',
  title: 'lake sink',
  partsMetric: 'affinity_lake_sink_shards',
};

/** Replicas of the lake sink: what one lets go of, the other takes over. */
export const lakeSinkCount = 2;

/** Shards of the data set. */
export const lakeShards = 4;

/** The data set. */
export const lakePrefix = 'chaos/events';

/** How long a sink waits for the object store, in milliseconds. */
export const lakeTimeoutMs = 1_000;

const bucket = 'chaos-lake';

/** Makes the bucket, and a way to it for faults. */
export async function openChaosLake(store: AwsEndpoint): Promise<ChaosLake> {
  const { endpoint, region, accessKeyId, secretAccessKey } = store;
  const client = new S3Client({
    endpoint,
    region,
    forcePathStyle: true,
    credentials: { accessKeyId, secretAccessKey },
  });
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  const { hostname: host, port } = new URL(endpoint);
  const proxy = await startHttpFaultProxy({ target: { host, port: Number(port) } });
  const stop = async (): Promise<void> => {
    client.destroy();
    await proxy.stop();
  };
  return { proxy, objects: new S3ObjectStore(client, bucket), stop };
}

/** What a lake sink is told beyond the servers that all services share: small objects, so that faults meet many of them. */
export function lakeSinkEnvironment({ proxy }: ChaosLake, store: AwsEndpoint): Readonly<Record<string, string>> {
  return {
    AFFINITY_LAKE_DESTINATION: `s3://${bucket}`,
    AFFINITY_LAKE_PREFIX: lakePrefix,
    AFFINITY_LAKE_SHARDS: String(lakeShards),
    AFFINITY_LAKE_COMPRESSION: 'gzip',
    AFFINITY_LAKE_FLUSH_BYTES: '100000',
    AFFINITY_LAKE_FLUSH_MS: '500',
    AFFINITY_LAKE_S3_ENDPOINT: proxy.endpoint,
    AFFINITY_LAKE_S3_REGION: store.region,
    AFFINITY_LAKE_S3_PATH_STYLE: 'true',
    AFFINITY_LAKE_S3_TIMEOUT_MS: String(lakeTimeoutMs),
    AFFINITY_IDLE_CHECKPOINT_MS: '1000',
    // One account for both: DynamoDB Local asks no one for a secret, and its access key is the same.
    AWS_ACCESS_KEY_ID: store.accessKeyId,
    AWS_SECRET_ACCESS_KEY: store.secretAccessKey,
  };
}
