import { openDataset, Random } from '@affinity/datasets';
import { availabilityAttributes } from '@affinity/domain';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { writeFile } from 'node:fs/promises';
import type { Output } from '../../output';
import { type SplitKind, splitKinds } from './event-split';
import { listLength } from './ranking-methods';
import { evaluateRecommendations, type RecommendationEvaluation } from './recommendation-evaluation';
import { metricsOf } from './recommendation-metrics';
import { recommendationTable } from './recommendation-table';

/** Seed of the bootstrap, so that the same lists give the same intervals. */
const seed = 1;

interface CommandOptions {
  readonly data: string;
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
export function addEvaluateRecommendations(evaluate: Command, { print, progress }: Output): void {
  evaluate
    .command('recommendations')
    .description('How well what visitors do next is recommended: popularity, the model, preferences, and their merges')
    .requiredOption('--data <dir>', 'data set folder')
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
      await run({ ...options, masked: options.unmasked !== true }, { print, progress });
    });
}

async function run(options: CommandOptions, { print, progress }: Output): Promise<void> {
  const { data, split, k, masked, maxQueries } = options;
  progress(`reading ${data}`);
  const evaluation = await evaluateRecommendations({
    dataset: await openDataset(data),
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
  if (options.writeLists !== undefined) await writeFile(options.writeLists, listLines(evaluation));
  if (options.json === undefined) return;
  const document = { split, masked, visitors: answers.length, parameters, methods };
  await writeFile(options.json, `${JSON.stringify(document, undefined, 2)}\n`);
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
