import { lakeSettings, sqlEngineSettings } from '@affinity/lake';
import {
  defaulted,
  deploymentSettings,
  dynamoSettings,
  erasureSettings,
  natsSettings,
  secretFile,
  text,
  textFile,
  type ConfigOf,
} from '@affinity/service-kit';
import { z } from 'zod';

const { schema, partitions } = deploymentSettings;

/** Settings of all commands that work on the lake, one list, so that a schedule of them needs one environment. */
export const lakeCommandSettings = {
  schema,
  partitions,
  ...lakeSettings,
  lakePrefix: defaulted({
    env: 'LAKE_PREFIX',
    schema: z
      .string()
      .max(128)
      .regex(/^[a-z0-9_]+([-/][a-z0-9_]+)*$/, 'must be lower-case words joined by - or /'),
    default: 'crm/dashboard_interaction',
    doc: 'Data set of the lake, as the lake sink writes it',
  }),
  ...sqlEngineSettings,
  ...dynamoSettings,
  ...erasureSettings,
  ...natsSettings,
  featureStoreAddress: defaulted({
    env: 'FEATURE_STORE_ADDRESS',
    schema: text(),
    default: '127.0.0.1:7002',
    doc: 'The feature store: host:port, or any name that gRPC resolves',
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

/** What the commands that work on the lake are set to. */
export type LakeCommandConfig = ConfigOf<typeof lakeCommandSettings>;
