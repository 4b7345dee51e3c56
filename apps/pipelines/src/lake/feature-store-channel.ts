import type { LakeCommandConfig } from './lake-command-settings';

/** Long enough for an erasure, which waits for the partition's writer. */
const deadlineMs = 30_000;

/** How to call the feature store. */
export function featureStoreChannel(config: LakeCommandConfig) {
  const { featureStoreAddress: address, featureStoreTlsCa: ca, featureStoreApiKey: apiKey } = config;
  return {
    address,
    defaultDeadlineMs: deadlineMs,
    ...(ca === undefined ? {} : { tls: { ca } }),
    ...(apiKey === undefined ? {} : { apiKey }),
  };
}
