import { lakeSettings, sqlEngineSettings } from '@affinity/lake';
import { personalizeControlSettings, personalizeSettings } from '@affinity/personalize';
import {
  deploymentSettings,
  dynamoSettings,
  erasureSettings,
  featureStoreSettings,
  natsSettings,
  type ConfigOf,
} from '@affinity/service-kit';

const { schema, partitions } = deploymentSettings;

/** Settings of all commands that work on the lake, one list, so that a schedule of them needs one environment. */
export const lakeCommandSettings = {
  schema,
  partitions,
  ...lakeSettings,
  ...sqlEngineSettings,
  ...dynamoSettings,
  ...erasureSettings,
  ...natsSettings,
  ...featureStoreSettings,
  ...personalizeSettings,
  ...personalizeControlSettings,
};

/** What the commands that work on the lake are set to. */
export type LakeCommandConfig = ConfigOf<typeof lakeCommandSettings>;
