import { serviceEnvironment, type ServiceAddresses } from '@affinity/testing';
import type { SystemApp } from './system-apps';

/** What a service's environment is made from. */
export interface SystemFacts {
  readonly backing: ServiceAddresses;
  readonly schemaFile: string;
  /** A folder for what the service keeps itself. */
  readonly dataFolder: string;
  /** Where another service listens, which has started before, as `host:port`. */
  readonly addressOf: (app: SystemApp) => string;
  /** The port that the service must listen on; 0: any. */
  readonly port: number;
  /** What the gateway tells of what it shows. Default: nothing. */
  readonly showing?: { readonly eventType: string; readonly experimentFile: string };
  /** How long the lake sink gathers events for an object, in milliseconds. */
  readonly lakeFlushMs: number;
}

/** Bucket of the lake. */
export const lakeBucket = 'affinity-lake';

/** What the names of all tables begin with. */
export const tablePrefix = 'affinity-';

/** The settings of one service, as environment variables. */
type Environment = Readonly<Record<string, string>>;

/** The settings of a service in a local system. */
export function environmentOf(app: SystemApp, facts: SystemFacts): Environment {
  const { nats, redis, dynamodb } = facts.backing;
  const common = (servers: Parameters<typeof serviceEnvironment>[0]): Environment =>
    serviceEnvironment(servers, { schemaFile: facts.schemaFile, tablePrefix });
  const grpc = { AFFINITY_GRPC_PORT: String(facts.port) };
  switch (app) {
    case 'ingest':
      return { ...common({ nats, dynamodb }), ...grpc };
    case 'feature-store':
      return { ...common({ nats, dynamodb, redis }), ...grpc };
    case 'profile-aggregator':
      return { ...common({ nats, dynamodb, redis }), ...readers };
    case 'personalize-local':
      return personalizeLocal(facts);
    case 'personalize-feed':
      return { ...common({ nats, dynamodb }), ...readers, ...personalize(facts), ...tracker };
    case 'recommender-gateway':
      return { ...common({ nats }), ...grpc, ...personalize(facts), ...campaigns(facts), ...showing(facts) };
    case 'lake-sink':
      return { ...without('AFFINITY_SCHEMA_FILE', common({ nats, dynamodb })), ...readers, ...lake(facts) };
  }
}

/** Services refuse settings that they do not know. */
function without(unknown: string, environment: Environment): Environment {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => name !== unknown));
}

/** The settings of the `affinity` command line in a local system. */
export function commandEnvironment(facts: Omit<SystemFacts, 'port' | 'dataFolder'>): Environment {
  const { nats, dynamodb } = facts.backing;
  const common = serviceEnvironment({ nats, dynamodb }, { schemaFile: facts.schemaFile, tablePrefix });
  return {
    ...without('AFFINITY_METRICS_PORT', common),
    ...personalize(facts),
    ...without('AFFINITY_LAKE_FLUSH_MS', lake(facts)),
    AFFINITY_FEATURE_STORE_ADDRESS: facts.addressOf('feature-store'),
    AFFINITY_PERSONALIZE_DATASET_GROUP: datasetGroup,
    AFFINITY_PERSONALIZE_ROLE_ARN: `arn:aws:iam::${accountId}:role/reader`,
  };
}

/** Checkpoints of idle partitions move on soon, so that nobody who rebuilds or forgets has to wait for half a minute. */
const readers = { AFFINITY_IDLE_CHECKPOINT_MS: '3000' };
/** Names of what personalize-local holds. */
const tracker = { AFFINITY_PERSONALIZE_TRACKING_ID: 'affinity-demo' };
const datasetGroup = 'affinity';
const accountId = '000000000000';

function personalizeLocal({ dataFolder, port, backing: { dynamodb, objectStore } }: SystemFacts): Environment {
  return {
    AFFINITY_S3_ENDPOINT: objectStore.endpoint,
    AFFINITY_S3_REGION: objectStore.region,
    AWS_ACCESS_KEY_ID: objectStore.accessKeyId,
    AWS_SECRET_ACCESS_KEY: objectStore.secretAccessKey,
    AFFINITY_METRICS_PORT: '0',
    AFFINITY_HTTP_PORT: String(port),
    AFFINITY_DATA_DIR: dataFolder,
    AFFINITY_DATASET_GROUP: datasetGroup,
    AFFINITY_ACCOUNT_ID: accountId,
    AFFINITY_PERSONALIZE_REGION: dynamodb.region,
    ...tracker,
  };
}

function personalize({ addressOf, backing: { dynamodb } }: Pick<SystemFacts, 'addressOf' | 'backing'>): Environment {
  return {
    AFFINITY_PERSONALIZE_ENDPOINT: `http://${addressOf('personalize-local')}`,
    AFFINITY_PERSONALIZE_REGION: dynamodb.region,
    AWS_ACCESS_KEY_ID: dynamodb.accessKeyId,
    AWS_SECRET_ACCESS_KEY: dynamodb.secretAccessKey,
  };
}

function campaigns({ addressOf, backing: { dynamodb } }: SystemFacts): Environment {
  const campaign = (recipe: string): string =>
    `arn:aws:personalize:${dynamodb.region}:${accountId}:campaign/${datasetGroup}-${recipe}`;
  return {
    AFFINITY_FEATURE_STORE_ADDRESS: addressOf('feature-store'),
    AFFINITY_PERSONALIZE_CAMPAIGN_ARN: campaign('user-personalization'),
    AFFINITY_PERSONALIZE_RELATED_CAMPAIGN_ARN: campaign('related-items'),
    AFFINITY_PERSONALIZE_RANKING_CAMPAIGN_ARN: campaign('personalized-ranking'),
  };
}

function showing({ addressOf, showing: shown }: SystemFacts): Environment {
  if (shown === undefined) return {};
  return {
    AFFINITY_INGEST_ADDRESS: addressOf('ingest'),
    AFFINITY_IMPRESSION_EVENT_TYPE: shown.eventType,
    AFFINITY_EXPERIMENT_FILE: shown.experimentFile,
  };
}

function lake({ backing: { objectStore }, lakeFlushMs }: Pick<SystemFacts, 'backing' | 'lakeFlushMs'>): Environment {
  return {
    AFFINITY_LAKE_DESTINATION: `s3://${lakeBucket}`,
    AFFINITY_LAKE_S3_ENDPOINT: objectStore.endpoint,
    AFFINITY_LAKE_S3_REGION: objectStore.region,
    AFFINITY_LAKE_S3_PATH_STYLE: 'true',
    AFFINITY_LAKE_FLUSH_MS: String(lakeFlushMs),
    // One account for both: DynamoDB Local asks no one for a secret, and its access key is the same.
    AWS_ACCESS_KEY_ID: objectStore.accessKeyId,
    AWS_SECRET_ACCESS_KEY: objectStore.secretAccessKey,
  };
}
