import { Command, InvalidArgumentError } from 'commander';
import { runDemo, type DemoContext } from './demo';
import { defaultMarketplace, type DemoOptions } from './demo-options';
import { runPipeline } from './pipeline/pipeline';
import { Report } from './report/report';
import { serve } from './serve';
import { defaultSoakOptions, runSoak } from './soak/soak';
import { describeBackground, startBackground, stopBackground } from './system/background-system';

const report = new Report(process.stdout);
const interruption = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => interruption.abort(new Error(`interrupted by ${signal}`)));
}

interface DemoArguments {
  readonly data?: string;
  readonly seed: number;
  readonly items: number;
  readonly visitors: number;
  readonly events: number;
}

const program = new Command('affinity-demo').description('Runs Affinity on this machine.');

addReplay('demo', runDemo).description(
  'Starts everything, replays a data set, shows and checks what came of it, and stops everything.',
);

addReplay('pipeline', runPipeline).description(
  'Starts everything, replays a data set, then curates, exports, trains, evaluates and rebuilds, and stops everything.',
);

program
  .command('soak')
  .description('Runs everything under a steady load, and checks that no heap grows over the second half.')
  .option('--minutes <number>', 'how long', wholeNumber, defaultSoakOptions.minutes)
  .action(async ({ minutes }: { readonly minutes: number }) => {
    const held = await runSoak({ ...defaultSoakOptions, minutes }, { report, signal: interruption.signal });
    report.line(held ? '\nEverything held.' : '\nNot everything held.');
    process.exitCode = held ? 0 : 1;
  });

program
  .command('up')
  .description('Starts a system in the background; its data stays in .local.')
  .action(async () => {
    const running = await describeBackground();
    report.line(running ?? (await startBackground(__filename)));
    report.line(running === undefined ? '\nmake down stops it.' : '\nIt was running already; make down stops it.');
  });

program
  .command('down')
  .description('Stops the system in the background.')
  .action(async () => {
    report.line((await stopBackground()) ? 'stopped' : 'nothing was running');
  });

program
  .command('serve', { hidden: true })
  .description('Runs the system of "up" until it is told to stop.')
  .action(() => serve((line) => report.line(line), interruption.signal));

program.parseAsync(process.argv).catch((error: unknown) => {
  const reason: unknown = interruption.signal.aborted ? interruption.signal.reason : error;
  process.stderr.write(`${reason instanceof Error ? reason.message : String(reason)}\n`);
  process.exitCode = 1;
});

/** Adds a command that replays a data set and says whether everything held. */
function addReplay(name: string, run: (options: DemoOptions, context: DemoContext) => Promise<boolean>): Command {
  return program
    .command(name)
    .option('--data <folder>', 'replay this data set folder; without it a marketplace is generated')
    .option('--seed <number>', 'seed of the generated marketplace', wholeNumber, defaultMarketplace.seed)
    .option('--items <number>', 'vehicles to generate', wholeNumber, defaultMarketplace.items)
    .option('--visitors <number>', 'visitors to generate', wholeNumber, defaultMarketplace.users)
    .option('--events <number>', 'events to generate', wholeNumber, defaultMarketplace.events)
    .action(async ({ data, seed, items, visitors, events }: DemoArguments) => {
      const marketplace = { seed, items, users: visitors, events };
      const options = data === undefined ? { marketplace } : { marketplace, dataDir: data };
      const held = await run(options, { report, signal: interruption.signal });
      report.line(held ? '\nEverything held.' : '\nNot everything held.');
      process.exitCode = held ? 0 : 1;
    });
}

function wholeNumber(text: string): number {
  if (/^\d{1,9}$/.test(text) && Number(text) > 0) return Number(text);
  throw new InvalidArgumentError('must be a whole number above 0');
}
