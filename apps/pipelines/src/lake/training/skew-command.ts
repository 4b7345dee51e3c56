import { Freshness, ProfileServiceClient, type ProfileRef } from '@affinity/contracts';
import type { Day } from '@affinity/domain';
import { openSqlEngine } from '@affinity/lake';
import { AffinityError, createGrpcClient } from '@affinity/service-kit';
import type { Command } from 'commander';
import type { ProgramOptions } from '../../program';
import { featureStoreChannel } from '../feature-store-channel';
import { addSettingsHelp, dayArgument, listArgument, wholeNumberArgument, withLake } from '../lake-command';
import type { LakeCommandConfig } from '../lake-command-settings';
import { measureSkew, type OnlineVector } from './skew';

interface SkewArguments {
  readonly date: Day;
  readonly features?: readonly string[];
  readonly sample: number;
}

/** Adds `affinity lake skew`. */
export function addSkew(lake: Command, options: ProgramOptions): void {
  const command = lake
    .command('skew')
    .description('Compare features from the lake with those served, to the bit; fails when any differs')
    .requiredOption('--date <day>', 'days of arrival up to it, YYYY-MM-DD (UTC)', dayArgument)
    .option('--features <names>', 'features, separated by commas (default: those of the schema)', listArgument)
    .option('--sample <n>', 'profiles to compare', wholeNumberArgument(1, 10_000), 100)
    .action((given: SkewArguments) => runSkew(options, given));
  addSettingsHelp(command);
}

async function runSkew(options: ProgramOptions, { date: day, features, sample }: SkewArguments): Promise<void> {
  await withLake(options, async ({ config, store, print }) => {
    const { online, close } = onlineVectors(config);
    try {
      const report = await measureSkew({
        store,
        openEngine: () => openSqlEngine(store, config),
        prefix: config.lakePrefix,
        schema: config.schema,
        day,
        ...(features === undefined ? {} : { features }),
        sample,
        online,
        nowMs: Date.now(),
      });
      print(JSON.stringify(report));
      if (report.mismatched > 0)
        throw new AffinityError('FAILED_PRECONDITION', `${report.mismatched} of ${report.compared} profiles differ`);
    } finally {
      close();
    }
  });
}

function onlineVectors(config: LakeCommandConfig) {
  const client = createGrpcClient(ProfileServiceClient, featureStoreChannel(config));
  return {
    close: () => client.close(),
    online: async (profileKey: string, names: readonly string[]): Promise<OnlineVector> => {
      const { vector, info } = await client.getFeatureVector({
        profile: profileRef(profileKey),
        features: [...names],
        options: { readToken: '', freshness: Freshness.REQUIRE_CURRENT },
      });
      return { values: vector?.values ?? [], asOfMs: info?.asOf?.getTime() };
    },
  };
}

const sessionPrefix = 'session:';

function profileRef(profileKey: string): ProfileRef {
  if (!profileKey.startsWith(sessionPrefix)) return { key: { $case: 'userId', value: profileKey } };
  return { key: { $case: 'sessionId', value: profileKey.slice(sessionPrefix.length) } };
}
