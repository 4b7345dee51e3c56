import { lakeSettings } from '@affinity/lake';
import {
  choice,
  defaulted,
  deploymentSettings,
  dynamoSettings,
  integer,
  natsSettings,
  optional,
  serviceSettings,
  text,
  type ConfigOf,
} from '@affinity/service-kit';

const { partitions, streamReplicas, streamMaxBytes } = deploymentSettings;

/** Settings of the lake sink. */
export const lakeSinkSettings = {
  ...serviceSettings,
  partitions,
  streamReplicas,
  streamMaxBytes,
  ...natsSettings,
  ...dynamoSettings,
  ...lakeSettings,
  shards: defaulted({
    env: 'LAKE_SHARDS',
    schema: integer(1, 256),
    default: '4',
    doc: 'Shards of the data set, spread over the replicas; at most the number of partitions, fixed for the life of the prefix',
  }),
  compression: defaulted({
    env: 'LAKE_COMPRESSION',
    schema: choice(['none', 'gzip']),
    default: 'none',
    doc: 'Compression of the objects; fixed for the life of the prefix',
  }),
  flushBytes: defaulted({
    env: 'LAKE_FLUSH_BYTES',
    schema: integer(1, 1_000_000_000),
    default: '5000000',
    doc: 'Bytes, before compression, at which a shard’s buffer is written as an object',
  }),
  flushMs: defaulted({
    env: 'LAKE_FLUSH_MS',
    schema: integer(10, 86_400_000),
    default: '300000',
    doc: 'Milliseconds after its first event at which a shard’s buffer is written all the same',
  }),
  instanceId: optional({
    env: 'INSTANCE_ID',
    schema: text(64),
    doc: 'Name of this replica; unique, random unless told',
  }),
  idleCheckpointMs: defaulted({
    env: 'IDLE_CHECKPOINT_MS',
    schema: integer(100, 3_600_000),
    default: '30000',
    doc: 'Milliseconds between looks whether the checkpoint of an idle shard may move on',
  }),
  leaseTtlMs: defaulted({
    env: 'LEASE_TTL_MS',
    schema: integer(1_000, 60_000),
    default: '4000',
    doc: 'Milliseconds after which the shards of a replica that hangs are taken over',
  }),
};

/** The lake sink's configuration. */
export type LakeSinkConfig = ConfigOf<typeof lakeSinkSettings>;

/** What no single setting can tell. */
export function checkLakeSinkSettings({ shards, partitions: count }: LakeSinkConfig): string[] {
  return shards > count ? [`AFFINITY_LAKE_SHARDS: ${shards} shards are more than the ${count} partitions`] : [];
}
