import {
  type ConfigOf,
  decimal,
  defaulted,
  integer,
  optional,
  port,
  required,
  serviceSettings,
  text,
} from '@affinity/service-kit';

const gibibyte = 1024 ** 3;

const serverSettings = {
  httpHost: defaulted({
    env: 'HTTP_HOST',
    schema: text(),
    default: '127.0.0.1',
    doc: 'Address to listen on; only this machine by default, 0.0.0.0 in containers',
  }),
  httpPort: defaulted({ env: 'HTTP_PORT', schema: port(), default: '7010', doc: 'Port; 0 = any free one' }),
  dataDir: required({
    env: 'DATA_DIR',
    schema: text(),
    doc: 'Folder of events and model, made if it is missing; one process at a time',
  }),
};

const nameSettings = {
  region: defaulted({
    env: 'PERSONALIZE_REGION',
    schema: text(64),
    default: 'eu-central-1',
    doc: 'Region in the ARNs that it answers to',
  }),
  accountId: defaulted({
    env: 'ACCOUNT_ID',
    schema: text(12),
    default: '000000000000',
    doc: 'Account in the ARNs that it answers to',
  }),
  datasetGroup: defaulted({
    env: 'DATASET_GROUP',
    schema: text(30),
    default: 'affinity',
    doc: 'Dataset group that campaigns and datasets are named after',
  }),
  trackingId: defaulted({
    env: 'PERSONALIZE_TRACKING_ID',
    schema: text(256),
    default: 'affinity-tracker',
    doc: 'Tracking id of the one event tracker',
  }),
};

const modelSettings = {
  maxItems: defaulted({
    env: 'MAX_ITEMS',
    schema: integer(1, 5_000_000),
    default: '50000',
    doc: 'Items that the model knows; the least popular go first. Up to 12 kB each',
  }),
  maxVisitors: defaulted({
    env: 'MAX_VISITORS',
    schema: integer(1, 10_000_000),
    default: '100000',
    doc: 'Users and anonymous sessions whose history is known; who came longest ago goes first',
  }),
  maxVisitsPerVisitor: defaulted({
    env: 'MAX_VISITS_PER_VISITOR',
    schema: integer(1, 1_000),
    default: '200',
    doc: 'Newest events kept of one visitor',
  }),
  maxInteractions: defaulted({
    env: 'MAX_INTERACTIONS',
    schema: integer(1_000, 10_000_000),
    default: '1000000',
    doc: 'Interactions of a dataset group that versions are trained on; the oldest go first. About 200 bytes each',
  }),
  maxEventIds: defaulted({
    env: 'MAX_EVENT_IDS',
    schema: integer(1, 10_000_000),
    default: '250000',
    doc: 'Newest event ids remembered, so that a repeat among them is not learned from',
  }),
  maxMetadataCharacters: defaulted({
    env: 'MAX_METADATA_CHARACTERS',
    schema: integer(1, gibibyte),
    default: '50000000',
    doc: 'Characters of properties kept of items, and of users; the oldest go first',
  }),
  popularityHalfLifeDays: defaulted({
    env: 'POPULARITY_HALF_LIFE_DAYS',
    schema: decimal(0.001, 36_500),
    default: '14',
    doc: 'Days after which an interaction counts half for popularity',
  }),
  transitionHalfLifeDays: defaulted({
    env: 'TRANSITION_HALF_LIFE_DAYS',
    schema: decimal(0.001, 36_500),
    default: '90',
    doc: 'Days after which a way from item to item counts half',
  }),
};

const journalSettings = {
  snapshotBytes: defaulted({
    env: 'SNAPSHOT_BYTES',
    schema: integer(1_000, gibibyte),
    default: '64000000',
    doc: 'Bytes of events after which the model is written to the disk, so that a restart need not read them again',
  }),
  maxJournalBytes: defaulted({
    env: 'MAX_JOURNAL_BYTES',
    schema: integer(1_000, 1_000 * gibibyte),
    default: String(2 * gibibyte),
    doc: 'Bytes of events kept on the disk; the oldest go first, once the model on the disk includes them',
  }),
};

const objectStoreSettings = {
  s3Endpoint: optional({
    env: 'S3_ENDPOINT',
    schema: text(),
    doc: 'Object store that imports are read from, such as http://127.0.0.1:9000; without it imports fail',
  }),
  s3Region: defaulted({
    env: 'S3_REGION',
    schema: text(64),
    default: 'eu-central-1',
    doc: 'Region of the object store',
  }),
};

/** Settings of personalize-local. */
export const personalizeLocalSettings = {
  ...serviceSettings,
  ...serverSettings,
  ...nameSettings,
  ...modelSettings,
  ...journalSettings,
  ...objectStoreSettings,
};

/** The configuration of personalize-local. */
export type PersonalizeLocalConfig = ConfigOf<typeof personalizeLocalSettings>;
