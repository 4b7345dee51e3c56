import { defaulted, optional, secretFile, textFile } from './setting';
import { commaList, text, url } from './setting-schemas';

/** How to reach NATS. */
export const natsSettings = {
  natsUrls: defaulted({
    env: 'NATS_URLS',
    schema: commaList(url('nats', 'tls')),
    default: 'nats://127.0.0.1:4222',
    doc: 'NATS servers, separated by commas',
  }),
  natsCredentials: secretFile({ env: 'NATS_CREDENTIALS_FILE', doc: 'NATS credentials file (.creds)' }),
  natsTlsCa: textFile({ env: 'NATS_TLS_CA_FILE', doc: 'Authorities (PEM) that sign the NATS servers; turns TLS on' }),
  natsTlsCert: textFile({
    env: 'NATS_TLS_CERT_FILE',
    doc: 'Certificate (PEM) of this client, where NATS asks for one',
  }),
  natsTlsKey: secretFile({ env: 'NATS_TLS_KEY_FILE', doc: 'Private key (PEM) of this client' }),
};

/** How to reach DynamoDB; credentials come the AWS way and are not settings of ours. */
export const dynamoSettings = {
  dynamoEndpoint: optional({
    env: 'DYNAMO_ENDPOINT',
    schema: url('http', 'https'),
    doc: 'DynamoDB endpoint; only for DynamoDB Local or a VPC endpoint',
  }),
  dynamoRegion: defaulted({
    env: 'DYNAMO_REGION',
    schema: text(64),
    default: 'eu-central-1',
    doc: 'AWS region of the tables, also the region written into day tiles',
  }),
  dynamoTablePrefix: defaulted({
    env: 'DYNAMO_TABLE_PREFIX',
    schema: text(64),
    default: 'affinity-',
    doc: 'What the names of all tables start with',
  }),
};

/** How to reach Redis. */
export const redisSettings = {
  redisUrl: defaulted({
    env: 'REDIS_URL',
    schema: url('redis', 'rediss'),
    default: 'redis://127.0.0.1:6379',
    doc: 'Redis server; rediss:// for TLS',
  }),
  redisPassword: secretFile({ env: 'REDIS_PASSWORD_FILE', doc: 'Password of Redis, where it asks for one' }),
};

/** How to reach the feature store. */
export const featureStoreSettings = {
  featureStoreAddress: defaulted({
    env: 'FEATURE_STORE_ADDRESS',
    schema: text(),
    default: '127.0.0.1:7002',
    doc: 'The feature store: host:port, or any name that gRPC resolves, such as dns:///feature-store:7002',
  }),
  featureStoreTlsCa: textFile({
    env: 'FEATURE_STORE_TLS_CA_FILE',
    doc: 'Authorities (PEM) that sign the feature store; turns TLS on',
  }),
  featureStoreApiKey: secretFile({
    env: 'FEATURE_STORE_API_KEY_FILE',
    doc: 'API key, where the feature store asks for one',
  }),
};
