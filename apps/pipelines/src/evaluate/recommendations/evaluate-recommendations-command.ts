import { openDataset, Random } from '@affinity/datasets';
import { availabilityAttributes, type Day } from '@affinity/domain';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { writeFile } from 'node:fs/promises';
import { addSettingsHelp, dayArgument, withLake } from '../../lake/lake-command';
import type { ProgramOptions } from '../../program';
import { type SplitKind, splitKinds } from './event-split';
import { gatewaySettings } from './gateway-settings';
import { readLakeData } from './lake-events';
import { listLength } from './ranking-methods';
import { evaluateRecommendations, type RecommendationEvaluation } from './recommendation-evaluation';
import { metricsOf } from './recommendation-metrics';
import { recommendationTable } from './recommendation-table';
import { type EvaluationData, readFolderData } from './replayed-event';

/** Seed of the bootstrap, so that the same lists give the same intervals. */
const seed = 1;

interface CommandOptions {
  readonly data?: string;
  readonly from?: Day;
  readonly to?: Day;
  readonly split: SplitKind;
  readonly k: number;
  readonly masked: boolean;
  readonly maxQueries: number;
  readonly availableFrom: string;
  readonly availableUntil: string;
  readonly availableDays?: string;
  readonly writeLists?: string;
  readonly json?: string;
}

/** Adds `affinity evaluate recommendations`. */
export function addEvaluateRecommendations(evaluate: Command, program: ProgramOptions): void {
  const command = evaluate
    .command('recommendations')
    .description('How well what visitors do next is recommended: popularity, the model, preferences, and their merges')
    .addOption(new Option('--data <dir>', 'data set folder').conflicts(['from', 'to']))
    .option('--from <day>', 'instead of a folder: first curated day of the lake, YYYY-MM-DD (UTC)', dayArgument)
    .option('--to <day>', 'last day', dayArgument)
    .addOption(
      new Option('--split <kind>', 'last tenth or last event of each visitor, or the last 15 % of all, held out')
        .choices(splitKinds)
        .makeOptionMandatory(),
    )
    .option('--k <n>', 'length of the list for precision, and one more cut-off of NDCG', wholeNumber(listLength), 10)
    .option('--unmasked', 'do not leave out, from lists and truth, what a visitor met before')
    .option('--max-queries <n>', 'visitors to ask about at most', wholeNumber(10_000_000), 100_000)
    .option('--available-from <column>', 'items attribute: from when an item can be had', availabilityAttributes.from)
    .option('--available-until <column>', 'items attribute: until when', availabilityAttributes.until)
    .option('--available-days <column>', 'items attribute: for how many days, where there is no until')
    .option('--write-lists <file>', 'write each visitor’s truth and first 25 of each list, one JSON object a line')
    .option('--json <file>', 'also write the numbers to a file')
    .action(async (options: Omit<CommandOptions, 'masked'> & { readonly unmasked?: boolean }) => {
      await run({ ...options, masked: options.unmasked !== true }, program);
    });
  addSettingsHelp(command);
}

async function run(options: CommandOptions, program: ProgramOptions): Promise<void> {
  const { split, k, masked, maxQueries } = options;
  const { print, progress } = program;
  const evaluation = evaluateRecommendations({
    data: await readData(options, program),
    split,
    masked,
    maxQueries,
    availability: { from: options.availableFrom, until: options.availableUntil, days: options.availableDays },
    progress,
  });
  const generator = new Random(seed);
  const methods = metricsOf(evaluation, { k, random: () => generator.unit() });
  const { answers, parameters } = evaluation;
  print(
    `${answers.length} visitors, split ${split}, ${masked ? 'masked' : 'unmasked'}; mean [95 % bootstrap interval]`,
  );
  print(recommendationTable(methods));
  print(`\nThe gateway’s settings for the log-linear merges:\n${gatewaySettings(parameters)}`);
  if (options.writeLists !== undefined) await writeFile(options.writeLists, listLines(evaluation));
  if (options.json === undefined) return;
  const document = { split, masked, visitors: answers.length, parameters, methods };
  await writeFile(options.json, `${JSON.stringify(document, undefined, 2)}\n`);
}

async function readData({ data, from, to }: CommandOptions, program: ProgramOptions): Promise<EvaluationData> {
  if (data !== undefined) {
    program.progress(`reading ${data}`);
    return readFolderData(await openDataset(data));
  }
  if (from === undefined || to === undefined)
    throw new InvalidArgumentError('say what to evaluate on: --data <dir>, or --from <day> and --to <day> of the lake');
  return withLake(program, (context) => readLakeData(context, { from, to }));
}

function listLines({ answers }: RecommendationEvaluation): string {
  return answers
    .map(
      ({ profileKey, atMs, relevant, lists }) => `${JSON.stringify({ profile: profileKey, atMs, relevant, lists })}\n`,
    )
    .join('');
}

function wholeNumber(max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (Number.isInteger(value) && value >= 1 && value <= max) return value;
    throw new InvalidArgumentError(`It must be a whole number from 1 to ${max}.`);
  };
}
