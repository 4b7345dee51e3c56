import { formatDay, type Day } from '@affinity/domain';
import { openSqlEngine } from '@affinity/lake';
import type { Command } from 'commander';
import type { ProgramOptions } from '../../program';
import { addSettingsHelp, dayArgument, readTombstones, wholeNumberArgument, withLake } from '../lake-command';
import { curateDay, type CurateOutcome } from './curate-day';
import { maxRepeatDays, repeatDaysOf } from './repeat-days';

interface CurateArguments {
  readonly date: Day;
  readonly repeatDays?: number;
  readonly openDay?: boolean;
  readonly dryRun?: boolean;
}

/** Adds `affinity lake curate`. */
export function addCurate(lake: Command, options: ProgramOptions): void {
  const command = lake
    .command('curate')
    .description('Make a day of the table of events from the upstream zone: typed, each event once')
    .requiredOption('--date <day>', 'day of arrival, YYYY-MM-DD (UTC)', dayArgument)
    .option(
      '--repeat-days <n>',
      `earlier days whose events are not taken again (default: the schema's lateness, ${maxRepeatDays} at most)`,
      wholeNumberArgument(0, maxRepeatDays),
    )
    .option('--open-day', 'also a day that the lake sink may still write to')
    .option('--dry-run', 'say what would be read')
    .action((given: CurateArguments) => curate(options, given));
  addSettingsHelp(command);
}

async function curate(options: ProgramOptions, given: CurateArguments): Promise<void> {
  const { date: day, openDay = false, dryRun = false } = given;
  await withLake(options, async ({ config, store, print, progress }) => {
    const outcome = await curateDay({
      store,
      openEngine: () => openSqlEngine(store, config),
      prefix: config.lakePrefix,
      day,
      repeatDays: given.repeatDays ?? repeatDaysOf(config.schema),
      erased: await readTombstones(config),
      nowMs: Date.now(),
      openDay,
      dryRun,
      progress,
    });
    print(reportOf(outcome, day));
  });
}

function reportOf(outcome: CurateOutcome, day: Day): string {
  if (outcome.kind === 'planned')
    return JSON.stringify({ day: formatDay(day), planned: { objects: outcome.objects, lines: outcome.lines } });
  const { counts, quarantine, outputs, run } = outcome.manifest;
  return JSON.stringify({
    day: formatDay(day),
    outcome: outcome.kind,
    run,
    ...counts,
    quarantine: quarantine.reasons,
    objects: outputs.length,
    bytes: outputs.reduce((sum, { bytes }) => sum + bytes, 0),
  });
}
