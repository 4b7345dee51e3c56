import { formatDay, type Day } from '@affinity/domain';
import { openSqlEngine } from '@affinity/lake';
import type { Command } from 'commander';
import type { ProgramOptions } from '../../program';
import { addSettingsHelp, dayArgument, listArgument, withLake } from '../lake-command';
import { makeTrainingSet, type TrainingOutcome } from './training-set';

interface TrainingArguments {
  readonly date: Day;
  readonly from?: Day;
  readonly labels: readonly string[];
  readonly features?: readonly string[];
  readonly dryRun?: boolean;
}

/** Adds `affinity lake training-set`. */
export function addTrainingSet(lake: Command, options: ProgramOptions): void {
  const command = lake
    .command('training-set')
    .description('Write each interaction with the features of its profile as they were just before, as Parquet')
    .requiredOption('--date <day>', 'run date: days of arrival up to it, YYYY-MM-DD (UTC)', dayArgument)
    .requiredOption('--labels <types>', 'event types that are labelled 1, separated by commas', listArgument)
    .option('--from <day>', 'first day of arrival that gives rows (default: the first that was curated)', dayArgument)
    .option('--features <names>', 'features, separated by commas (default: those of the schema)', listArgument)
    .option('--dry-run', 'say what would be read')
    .action((given: TrainingArguments) => run(options, given));
  addSettingsHelp(command);
}

async function run(options: ProgramOptions, { date: day, from, labels, features, dryRun = false }: TrainingArguments) {
  await withLake(options, async ({ config, store, print, progress }) => {
    const outcome = await makeTrainingSet({
      store,
      openEngine: () => openSqlEngine(store, config),
      prefix: config.lakePrefix,
      schema: config.schema,
      day,
      labels,
      ...(from === undefined ? {} : { from }),
      ...(features === undefined ? {} : { features }),
      scratchFolder: config.scratchFolder,
      dryRun,
      progress,
    });
    print(reportOf(outcome, day));
  });
}

function reportOf(outcome: TrainingOutcome, day: Day): string {
  if (outcome.kind === 'planned')
    return JSON.stringify({ runDate: formatDay(day), planned: { days: outcome.days, features: outcome.columns } });
  const { run: digest, counts, features, outputs } = outcome.manifest;
  const summary = { ...counts, features: features.length, objects: outputs.map(({ key }) => key) };
  return JSON.stringify({ runDate: formatDay(day), outcome: outcome.kind, run: digest, ...summary });
}
