import { deploymentSettings, dynamoSettings, natsSettings, type ConfigOf } from '@affinity/service-kit';

const { partitions, streamReplicas, streamMaxBytes } = deploymentSettings;

/** Settings of `affinity set-up`. */
export const setUpSettings = { partitions, streamReplicas, streamMaxBytes, ...natsSettings, ...dynamoSettings };

/** What `affinity set-up` is set to. */
export type SetUpConfig = ConfigOf<typeof setUpSettings>;
