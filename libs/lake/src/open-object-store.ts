import { LocalObjectStore } from './local/local-object-store';
import type { LakeConfig } from './lake-settings';
import type { MutableObjectStore } from './mutable-object-store';
import { createS3Client } from './s3-client';
import { S3ObjectStore } from './s3-object-store';

/** An object store and the way to let go of its connections. */
export interface OpenObjectStore {
  readonly store: MutableObjectStore;
  close(): void;
}

/** The object store of a configuration; asks it nothing yet. */
export function openObjectStore(config: LakeConfig): OpenObjectStore {
  const { lakeDestination, lakeS3Endpoint, lakeS3Region, lakeS3PathStyle, lakeS3TimeoutMs } = config;
  if (lakeDestination.kind === 'folder') {
    return { store: new LocalObjectStore(lakeDestination.folder), close: () => undefined };
  }
  const client = createS3Client({
    region: lakeS3Region,
    pathStyle: lakeS3PathStyle,
    requestTimeoutMs: lakeS3TimeoutMs,
    ...(lakeS3Endpoint === undefined ? {} : { endpoint: lakeS3Endpoint }),
  });
  return { store: new S3ObjectStore(client, lakeDestination.bucket), close: () => client.destroy() };
}
