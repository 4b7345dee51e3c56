import type { Day } from '@affinity/domain';
import { PersonalizeControl } from '@affinity/personalize';
import { AffinityError, systemClock } from '@affinity/service-kit';
import { InvalidArgumentError, Option, type Command } from 'commander';
import {
  addSettingsHelp,
  dayArgument,
  listArgument,
  wholeNumberArgument,
  withLake,
  type LakeCommandContext,
} from '../lake/lake-command';
import { personalizeAccess } from '../personalize-access';
import type { ProgramOptions } from '../program';
import { planTraining } from './plan-training';
import { campaignKinds, type CampaignKind } from './run-names';
import { train } from './train';
import type { CampaignReport, TrainOptions } from './train-options';

interface TrainArguments {
  readonly date: Day;
  readonly campaigns: readonly CampaignKind[];
  readonly maxNdcgLoss: number;
  readonly keep: number;
  readonly wait: number;
  readonly dryRun?: boolean;
}

const defaultMaxNdcgLoss = 0.05;
/** Three campaigns then have nine solutions while they train; Personalize allows ten a dataset group. */
const defaultKeep = 2;
const maxKeep = 9;
const defaultWaitSeconds = 6 * 3_600;
const maxWaitSeconds = 2 * 86_400;

/** Adds `affinity train`. */
export function addTrain(program: Command, options: ProgramOptions): void {
  const command = program
    .command('train')
    .description(
      'Import a run date’s export into Personalize, train, and serve the new versions unless they are worse; ' +
        'say it again to go on with a run that was cut off. Fails when a campaign does not serve what it should',
    )
    .requiredOption('--date <day>', 'run date of the export, YYYY-MM-DD (UTC)', dayArgument)
    .addOption(
      new Option('--campaigns <kinds>', `of ${campaignKinds.join(', ')}, separated by commas`)
        .argParser(kindsArgument)
        .default(campaignKinds, 'all'),
    )
    .option(
      '--max-ndcg-loss <share>',
      'of the serving version’s NDCG at 25, 0 to 1: a version that loses more does not replace it',
      shareArgument,
      defaultMaxNdcgLoss,
    )
    .option(
      '--keep <n>',
      'trained solutions to keep of each campaign, the serving one included; older ones are deleted',
      wholeNumberArgument(1, maxKeep),
      defaultKeep,
    )
    .option(
      '--wait <seconds>',
      'how long to wait for Personalize; what is under way goes on without this command',
      wholeNumberArgument(1, maxWaitSeconds),
      defaultWaitSeconds,
    )
    .option('--dry-run', 'say what there is and what would be trained')
    .action((given: TrainArguments) => withLake(options, (context) => run(context, given)));
  addSettingsHelp(command);
}

async function run({ config, store, print, progress }: LakeCommandContext, given: TrainArguments): Promise<void> {
  const { date: day, campaigns, maxNdcgLoss, keep, wait, dryRun = false } = given;
  const access = personalizeAccess(config);
  const control = new PersonalizeControl(config, { signal: new AbortController().signal });
  const patience = { clock: systemClock, deadlineAt: Date.now() + wait * 1_000, progress };
  const options: TrainOptions = { ...access, ...patience, control, store, day, campaigns, maxNdcgLoss, keep };
  try {
    if (dryRun) {
      print(JSON.stringify(await planTraining(options)));
      return;
    }
    const report = await train(options);
    print(JSON.stringify(report));
    requireServing(report.campaigns);
  } finally {
    control.close();
  }
}

function requireServing(campaigns: readonly CampaignReport[]): void {
  const others = campaigns.filter(({ outcome }) => outcome === 'kept' || outcome === 'failed');
  if (others.length === 0) return;
  const reasons = others.map(({ campaign, reason }) => `${campaign} keeps what it has: ${reason ?? ''}`);
  throw new AffinityError('FAILED_PRECONDITION', reasons.join('; '));
}

function kindsArgument(text: string): readonly CampaignKind[] {
  const words = listArgument(text);
  const kinds = campaignKinds.filter((kind) => words.includes(kind));
  if (kinds.length === words.length) return kinds;
  throw new InvalidArgumentError(`must be of ${campaignKinds.join(', ')}, each once`);
}

function shareArgument(text: string): number {
  const share = Number(text);
  if (text.trim() !== '' && share >= 0 && share <= 1) return share;
  throw new InvalidArgumentError('must be a number from 0 to 1');
}
