import { type ServiceAddresses } from './backing-service';

/** What services of one deployment share. */
export interface ServiceEnvironmentOptions {
  /** Path of the deployment's schema. Default: none, for services that do not read it. */
  readonly schemaFile?: string;
  /** What the names of all tables begin with: a test of its own takes a unique one. */
  readonly tablePrefix: string;
  /** Partitions of the event stream. Default: the services' own. */
  readonly partitions?: number;
}

/** The servers that a service uses; services refuse settings that they do not know. */
export type UsedServers = Partial<Pick<ServiceAddresses, 'nats' | 'redis' | 'dynamodb'>>;

/** The environment of an Affinity service that works on these servers, its metrics on a port that the system chooses. */
export function serviceEnvironment(
  { nats, redis, dynamodb }: UsedServers,
  { schemaFile, tablePrefix, partitions }: ServiceEnvironmentOptions,
): Record<string, string> {
  return {
    AFFINITY_METRICS_PORT: '0',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    ...(schemaFile === undefined ? {} : { AFFINITY_SCHEMA_FILE: schemaFile }),
    ...(partitions === undefined ? {} : { AFFINITY_PARTITIONS: String(partitions) }),
    ...(nats === undefined ? {} : { AFFINITY_NATS_URLS: nats.url }),
    ...(redis === undefined ? {} : { AFFINITY_REDIS_URL: redis.url }),
    ...(dynamodb === undefined ? {} : dynamoEnvironment(dynamodb, tablePrefix)),
  };
}

function dynamoEnvironment(dynamodb: ServiceAddresses['dynamodb'], tablePrefix: string): Record<string, string> {
  return {
    AFFINITY_DYNAMO_ENDPOINT: dynamodb.endpoint,
    AFFINITY_DYNAMO_REGION: dynamodb.region,
    AFFINITY_DYNAMO_TABLE_PREFIX: tablePrefix,
    AWS_ACCESS_KEY_ID: dynamodb.accessKeyId,
    AWS_SECRET_ACCESS_KEY: dynamodb.secretAccessKey,
  };
}
