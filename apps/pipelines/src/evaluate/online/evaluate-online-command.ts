import type { Day } from '@affinity/domain';
import { lakeQueries, openSqlEngine } from '@affinity/lake';
import type { Command } from 'commander';
import { writeFile } from 'node:fs/promises';
import { defineEvents, wholeDays } from '../../lake/events-table';
import { addSettingsHelp, dayArgument, listArgument, withLake, wholeNumberArgument } from '../../lake/lake-command';
import type { ProgramOptions } from '../../program';
import { ClickThrough, type VariantResult } from './click-through';
import type { ShareInterval } from './intervals';
import { readOnlineEvent } from './online-event';

interface OnlineOptions {
  readonly from: Day;
  readonly to: Day;
  readonly clicks?: readonly string[];
  readonly maxHeld: number;
  readonly json?: string;
}

const defaultMaxHeld = 2_000_000;

/** Adds `affinity evaluate online`. */
export function addEvaluateOnline(evaluate: Command, options: ProgramOptions): void {
  const command = evaluate
    .command('online')
    .description('Click-through of what the recommender showed, by variant, from the curated days of the lake')
    .requiredOption('--from <day>', 'first day of arrival, YYYY-MM-DD (UTC)', dayArgument)
    .requiredOption('--to <day>', 'last day', dayArgument)
    .option('--clicks <types>', 'event types that count as clicks, separated by commas; all unless told', listArgument)
    .option('--max-held <n>', 'most answers and clicks to hold', wholeNumberArgument(1, 1_000_000_000), defaultMaxHeld)
    .option('--json <file>', 'also write the numbers to a file')
    .action((given: OnlineOptions) => evaluateOnline(given, options));
  addSettingsHelp(command);
}

async function evaluateOnline(given: OnlineOptions, options: ProgramOptions): Promise<void> {
  const { clicks, maxHeld, json } = given;
  const clickThrough = new ClickThrough({ maxHeld, countsAsClick: (type) => clicks?.includes(type) ?? true });
  await withLake(options, async ({ config, store }) => {
    const days = await wholeDays(store, { prefix: config.lakePrefix, from: given.from, to: given.to });
    options.progress(`${days.length} days`);
    const engine = await openSqlEngine(store, config);
    try {
      await defineEvents(engine, days);
      for await (const row of engine.rows(lakeQueries.onlineEvents)) {
        const event = readOnlineEvent(row);
        if (event !== undefined) clickThrough.add(event);
      }
    } finally {
      await engine.close();
    }
  });
  const results = clickThrough.results();
  options.print(tableOf(results));
  if (json !== undefined) await writeFile(json, `${JSON.stringify(results, undefined, 2)}\n`);
}

function tableOf(results: readonly VariantResult[]): string {
  if (results.length === 0) return 'no impressions in these days';
  const head = [
    'experiment',
    'variant',
    'visitors',
    'answers',
    'degraded',
    'clicked',
    'click-through',
    'visitors who clicked',
  ];
  const rows = results.map((result) => [
    result.experiment || '(none)',
    result.variant || '(none)',
    String(result.visitors),
    String(result.answers),
    String(result.degradedAnswers),
    String(result.clickedAnswers),
    intervalText(result.clickThrough),
    intervalText(result.clickingVisitors),
  ]);
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)));
  return [head, ...rows]
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function intervalText({ share, low, high }: ShareInterval): string {
  const percent = (value: number): string => (100 * value).toFixed(2);
  return `${percent(share)} % (${percent(low)} to ${percent(high)})`;
}
