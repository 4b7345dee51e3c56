import { personalizeSettings } from '@affinity/personalize';
import {
  commaList,
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

const entitySettings = {
  itemsDatasetArn: optional({
    env: 'PERSONALIZE_ITEMS_DATASET_ARN',
    schema: text(256),
    doc: 'Items dataset to send the catalogue’s changes to; without it, items are not sent',
  }),
  itemAttributes: optional({
    env: 'PERSONALIZE_ITEM_ATTRIBUTES',
    schema: commaList(text(64)),
    doc: 'Attributes of items to send, as the dataset’s schema has them; the sources of the dimensions unless told',
  }),
  usersDatasetArn: optional({
    env: 'PERSONALIZE_USERS_DATASET_ARN',
    schema: text(256),
    doc: 'Users dataset to send users’ changes to; without it, users are not sent',
  }),
  userFeatures: optional({
    env: 'PERSONALIZE_USER_FEATURES',
    schema: commaList(text(64)),
    doc: 'Top-level features of users to send, as the dataset’s schema has them; needed where users are sent',
  }),
  entityCallsPerSecond: defaulted({
    env: 'ENTITY_CALLS_PER_SECOND',
    schema: decimal(0.1, 1_000),
    default: '10',
    doc: 'PutItems calls a second, and as many PutUsers calls, of all replicas together; the quota of the dataset group',
  }),
  maxReplaysWaiting: defaulted({
    env: 'MAX_REPLAYS_WAITING',
    schema: integer(1, 10_000),
    default: '100',
    doc: 'Dead letters of items, and as many of users, that may wait to be sent again; who asks beyond that is put off',
  }),
  changePollMs: defaulted({
    env: 'CHANGE_POLL_MS',
    schema: integer(50, 600_000),
    default: '1000',
    doc: 'Milliseconds between looks for changed items and users',
  }),
};

/** Settings of the Personalize feed. */
export const personalizeFeedSettings = {
  ...serviceSettings,
  ...deploymentSettings,
  ...natsSettings,
  ...dynamoSettings,
  ...personalizeSettings,
  ...entitySettings,
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
    default: '4000',
    doc: 'Milliseconds after which the partitions of a replica that hangs are taken over',
  }),
  idleCheckpointMs: defaulted({
    env: 'IDLE_CHECKPOINT_MS',
    schema: integer(100, 3_600_000),
    default: '30000',
    doc: 'Milliseconds between looks whether the checkpoint of an idle partition may move on',
  }),
  instanceId: optional({
    env: 'INSTANCE_ID',
    schema: text(64),
    doc: 'Name of this replica; unique, random unless told',
  }),
};

/** The feed's configuration. */
export type PersonalizeFeedConfig = ConfigOf<typeof personalizeFeedSettings>;

/** Finds what is missing where users are sent: nothing of them is sent that nobody chose. */
export function checkUserFeatures({ usersDatasetArn, userFeatures }: PersonalizeFeedConfig): readonly string[] {
  if (usersDatasetArn === undefined || userFeatures !== undefined) return [];
  return ['PERSONALIZE_USER_FEATURES: is required with PERSONALIZE_USERS_DATASET_ARN'];
}
