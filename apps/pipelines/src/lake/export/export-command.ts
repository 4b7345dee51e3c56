import { formatDay, type Day } from '@affinity/domain';
import { openSqlEngine } from '@affinity/lake';
import type { Command } from 'commander';
import type { ProgramOptions } from '../../program';
import { addSettingsHelp, dayArgument, listArgument, withLake } from '../lake-command';
import { exportPersonalize, type ExportOutcome } from './export-personalize';

interface ExportArguments {
  readonly date: Day;
  readonly from?: Day;
  readonly eventType?: boolean;
  readonly eventValue?: boolean;
  readonly impressions?: boolean;
  readonly eventTypes?: readonly string[];
  readonly dryRun?: boolean;
}

/** Adds `affinity lake export-personalize`. */
export function addExportPersonalize(lake: Command, options: ProgramOptions): void {
  const command = lake
    .command('export-personalize')
    .description('Write what Personalize imports: interactions, items and users as CSV, with their schemas')
    .requiredOption('--date <day>', 'run date: days of arrival up to it, YYYY-MM-DD (UTC)', dayArgument)
    .option('--from <day>', 'first day of arrival (default: the first that was curated)', dayArgument)
    .option(
      '--event-types <names>',
      'types to export, separated by commas (default: those with a weight above 0)',
      listArgument,
    )
    .option('--event-type', 'add the column EVENT_TYPE')
    .option('--event-value', 'add the column EVENT_VALUE')
    .option('--impressions', 'add the column IMPRESSION')
    .option('--dry-run', 'count and check, write nothing')
    .action((given: ExportArguments) => runExport(options, given));
  addSettingsHelp(command);
}

async function runExport(options: ProgramOptions, given: ExportArguments): Promise<void> {
  const { date: day, from, eventTypes, dryRun = false } = given;
  await withLake(options, async ({ config, store, print, progress }) => {
    const outcome = await exportPersonalize({
      store,
      openEngine: () => openSqlEngine(store, config),
      prefix: config.lakePrefix,
      schema: config.schema,
      day,
      ...(from === undefined ? {} : { from }),
      ...(eventTypes === undefined ? {} : { eventTypes }),
      columns: {
        eventType: given.eventType ?? false,
        eventValue: given.eventValue ?? false,
        impressions: given.impressions ?? false,
      },
      scratchFolder: config.scratchFolder,
      dryRun,
      progress,
    });
    print(reportOf(outcome, day));
  });
}

function reportOf(outcome: ExportOutcome, day: Day): string {
  if (outcome.kind === 'planned') return JSON.stringify({ runDate: formatDay(day), planned: outcome.counts });
  const { run, counts, files } = outcome.manifest;
  return JSON.stringify({ runDate: formatDay(day), outcome: outcome.kind, run, ...counts, files });
}
