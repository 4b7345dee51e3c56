import { dayOf, formatDay, type Day, type Schema } from '@affinity/domain';
import { readLayout, type DatasetLayout } from '@affinity/lake';
import { AffinityError, parseSchemaText, systemClock } from '@affinity/service-kit';
import type { Command } from 'commander';
import { readFile } from 'node:fs/promises';
import {
  addSettingsHelp,
  dayArgument,
  wholeNumberArgument,
  withLake,
  type LakeCommandContext,
} from '../lake/lake-command';
import type { ProgramOptions } from '../program';
import { withGenerations, type GenerationCommandContext } from './generation-command-context';
import { waitForCatchUp } from './generation-lag';
import { planHistories, rebuild, type RebuildOptions, type RebuildReport } from './rebuild';
import { verifyGenerations, type Verification } from './verify-generations';

interface RebuildArguments {
  readonly from: Day;
  readonly to?: Day;
  readonly schema?: string;
  readonly writesPerSecond: number;
  readonly wait: number;
  readonly verify?: boolean;
  readonly dryRun?: boolean;
}

const maxDirtyTiles = 5_000;
const maxOpenBytes = 128_000_000;

/** Adds `affinity rebuild`. */
export function addRebuild(program: Command, options: ProgramOptions): void {
  const command = program
    .command('rebuild')
    .description(
      'Make a new generation of profiles from the lake, while the present one serves; say it again to resume',
    )
    .requiredOption(
      '--from <day>',
      'first day of events to count anew, YYYY-MM-DD (UTC); other days are copied',
      dayArgument,
    )
    .option('--to <day>', 'last day of events to count anew (default: today)', dayArgument)
    .option('--schema <file>', 'count by this schema (YAML) instead of the deployment’s')
    .option('--writes-per-second <n>', 'writes to the store at most', wholeNumberArgument(1, 1_000_000), 1_000)
    .option('--verify', 'then compare each user-day with the generation that serves')
    .option('--wait <seconds>', 'how long --verify waits for the stream’s writers', wholeNumberArgument(1, 86_400), 300)
    .option('--dry-run', 'say what would be read')
    .action((given: RebuildArguments) =>
      withLake(options, (context) =>
        withGenerations(context, (generations) => runRebuild(context, generations, given)),
      ),
    );
  addSettingsHelp(command);
}

async function runRebuild(
  { print, progress }: LakeCommandContext,
  context: GenerationCommandContext,
  given: RebuildArguments,
): Promise<void> {
  const { config, objects } = context;
  const layout = await readLayout(objects, config.lakePrefix);
  requirePartitions(layout, config.partitions);
  const options: RebuildOptions = {
    ...context,
    ...(await schemaFor(given.schema, config.schema)),
    ...daysOf(given),
    prefix: config.lakePrefix,
    layout,
    region: config.dynamoRegion,
    writesPerSecond: given.writesPerSecond,
    maxDirtyTiles,
    maxOpenBytes,
    clock: systemClock,
    signal: new AbortController().signal,
    progress,
  };
  if (given.dryRun === true) {
    print(JSON.stringify(await plan(options)));
    return;
  }
  const report = await rebuild(options);
  const verification = given.verify === true ? await verify(options, report, given.wait) : undefined;
  print(JSON.stringify({ ...report, ...(verification === undefined ? {} : { verification }) }));
}

async function plan(options: RebuildOptions): Promise<unknown> {
  const { from, to, generations, storesOf } = options;
  const { serving, next } = await generations.read();
  const shards = await planHistories(options, storesOf(serving).checkpoints);
  return {
    generation: next,
    copiedFrom: serving,
    from: formatDay(from),
    to: formatDay(to),
    objects: shards.reduce((sum, { chain }) => sum + chain.length, 0),
    shards: shards.length,
  };
}

async function verify(options: RebuildOptions, report: RebuildReport, wait: number): Promise<Verification> {
  const { storesOf, generations, clock, progress, layout } = options;
  const live = storesOf((await generations.read()).serving);
  const rebuilt = storesOf(report.generation);
  const timeoutMs = wait * 1_000;
  await waitForCatchUp({
    behind: rebuilt.checkpoints,
    ahead: live.checkpoints,
    partitions: layout.partitions,
    timeoutMs,
    clock,
    progress,
  });
  progress('comparing each user-day');
  const erased = await options.readTombstones();
  return verifyGenerations({ live: live.tiles, rebuilt: rebuilt.tiles, erased, clock, settleMs: 10_000 });
}

async function schemaFor(
  file: string | undefined,
  deployment: Schema,
): Promise<Pick<RebuildOptions, 'schema' | 'schemaText'>> {
  if (file === undefined) return { schema: deployment, schemaText: undefined };
  const schemaText = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new AffinityError('INVALID_ARGUMENT', `--schema: ${file} cannot be read`, { cause: error });
  });
  const parsed = parseSchemaText(schemaText);
  if (parsed.kind === 'schema') return { schema: parsed.schema, schemaText };
  throw new AffinityError('INVALID_ARGUMENT', `--schema: ${parsed.problems.join('; ')}`);
}

function daysOf({ from, to = dayOf(Date.now()) }: RebuildArguments): Pick<RebuildOptions, 'from' | 'to'> {
  if (from <= to) return { from, to };
  throw new AffinityError('INVALID_ARGUMENT', `--from ${formatDay(from)} is after --to ${formatDay(to)}`);
}

function requirePartitions({ partitions }: DatasetLayout, configured: number): void {
  if (partitions === configured) return;
  throw new AffinityError(
    'FAILED_PRECONDITION',
    `the lake has ${partitions} partitions, the settings say ${configured}`,
  );
}
