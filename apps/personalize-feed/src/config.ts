import { personalizeSettings } from '@affinity/personalize';
import {
  type ConfigOf,
  decimal,
  defaulted,
  deploymentSettings,
  dynamoSettings,
  integer,
  natsSettings,
  optional,
  required,
  serviceSettings,
  text,
} from '@affinity/service-kit';

/** Settings of the Personalize feed. */
export const personalizeFeedSettings = {
  ...serviceSettings,
  ...deploymentSettings,
  ...natsSettings,
  ...dynamoSettings,
  ...personalizeSettings,
  trackingId: required({
    env: 'PERSONALIZE_TRACKING_ID',
    schema: text(256),
    doc: 'Tracking id of the event tracker to send to',
  }),
  callsPerSecond: defaulted({
    env: 'CALLS_PER_SECOND',
    schema: decimal(0.1, 1_000_000),
    default: '1000',
    doc: 'PutEvents calls a second of all replicas together; the quota of the dataset group',
  }),
  callsInFlight: defaulted({
    env: 'CALLS_IN_FLIGHT',
    schema: integer(1, 10_000),
    default: '64',
    doc: 'Visitors whose events this replica sends at a time',
  }),
  roundSize: defaulted({
    env: 'ROUND_SIZE',
    schema: integer(1, 10_000),
    default: '500',
    doc: 'Most events of a partition that are read before all of them are sent',
  }),
  checkpointMs: defaulted({
    env: 'CHECKPOINT_MS',
    schema: integer(10, 600_000),
    default: '1000',
    doc: 'Milliseconds between writes of a partition’s checkpoint; what a crash makes it send again',
  }),
  leaseTtlMs: defaulted({
    env: 'LEASE_TTL_MS',
    schema: integer(1_000, 60_000),
    default: '5000',
    doc: 'Milliseconds after which the partitions of a replica that hangs are taken over',
  }),
  instanceId: optional({
    env: 'INSTANCE_ID',
    schema: text(64),
    doc: 'Name of this replica; unique, random unless told',
  }),
};

/** The feed's configuration. */
export type PersonalizeFeedConfig = ConfigOf<typeof personalizeFeedSettings>;
