import { featureStoreSettings } from '@affinity/feature-store/config';
import { ingestSettings } from '@affinity/ingest/config';
import { checkLakeSinkSettings, lakeSinkSettings } from '@affinity/lake-sink/config';
import { readConfig } from '@affinity/object-store-local/config';
import { checkUserFeatures, personalizeFeedSettings } from '@affinity/personalize-feed/config';
import { personalizeLocalSettings } from '@affinity/personalize-local/config';
import { lakeCommandSettings } from '@affinity/pipelines/lake-command-settings';
import { setUpSettings } from '@affinity/pipelines/set-up-settings';
import { aggregatorSettings } from '@affinity/profile-aggregator/config';
import { checkImpressions, gatewaySettings } from '@affinity/recommender-gateway/config';
import {
  checkGrpcServerSettings,
  loadConfig,
  type ConfigCheck,
  type ConfigOf,
  type SettingShape,
} from '@affinity/service-kit';

/** What a container is given: variables, and files by their paths. */
export interface Given {
  readonly env: Readonly<Record<string, string>>;
  readonly files: ReadonlyMap<string, string>;
}

/** The validated settings of any service, by the names that its code knows them by. */
export type AnyConfig = Readonly<Record<string, unknown>>;

type Load = (given: Given) => AnyConfig;

/** How the program of each image reads its settings; the images of `deploy/images/images.json`. */
const loaders: Readonly<Record<string, (args: readonly string[]) => Load>> = {
  'feature-store': () => loader(featureStoreSettings, [checkGrpcServerSettings]),
  ingest: () => loader(ingestSettings, [checkGrpcServerSettings]),
  'lake-sink': () => loader(lakeSinkSettings, [checkLakeSinkSettings]),
  'object-store-local': () => (given) => ({ ...readConfig(given.env, reader(given)) }),
  'personalize-feed': () => loader(personalizeFeedSettings, [checkUserFeatures]),
  'personalize-local': () => loader(personalizeLocalSettings),
  pipelines: ([command]) => (command === 'set-up' ? loader(setUpSettings) : loader(lakeCommandSettings)),
  'profile-aggregator': () => loader(aggregatorSettings),
  'recommender-gateway': () => loader(gatewaySettings, [checkGrpcServerSettings, checkImpressions]),
};

/** Names of all images of the project. */
export const imageNames: readonly string[] = Object.keys(loaders);

/** Loads the settings as the service itself would. Throws, with all that is wrong, as it would. */
export function loadServiceConfig(image: string, args: readonly string[], given: Given): AnyConfig {
  const load = loaders[image];
  if (load === undefined) throw new Error(`there is no image "${image}"`);
  return load(args)(given);
}

/** The name of an image of ours, whatever its registry and tag; undefined for those of others. */
export function imageNameOf(reference: string): string | undefined {
  return /(?:^|\/)affinity\/([^/:]+)(?::[^/]*)?$/.exec(reference)?.[1];
}

function loader<S extends SettingShape>(shape: S, checks: readonly ConfigCheck<ConfigOf<S>>[] = []): Load {
  return (given) => loadConfig(shape, given.env, { checks, readFile: reader(given) });
}

function reader({ files }: Given): (path: string) => string {
  return (path) => {
    const content = files.get(path);
    if (content === undefined) throw Object.assign(new Error(`no file ${path}`), { code: 'ENOENT' });
    return content;
  };
}
