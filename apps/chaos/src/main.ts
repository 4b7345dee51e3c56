import { randomInt } from 'node:crypto';
import { Command, InvalidArgumentError } from 'commander';
import { runChaos } from './chaos';
import { defaultChaosOptions, type ChaosOptions } from './chaos-options';
import { failuresOf } from './chaos-result';
import { reportLines } from './report';

const interruption = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => interruption.abort(new Error(`interrupted by ${signal}`)));
}

const largestSeed = 2 ** 31;
const { events, users, rate, faults, secondsLimit } = defaultChaosOptions;

new Command('affinity-chaos')
  .description('Breaks a running system in many ways under load and checks that it counted every event once.')
  .option('--events <number>', 'distinct events to publish', wholeNumber, events)
  .option('--users <number>', 'users whose events they are', wholeNumber, users)
  .option('--rate <number>', 'events a second', wholeNumber, rate)
  .option('--faults <number>', 'faults to apply', wholeNumber, faults)
  .option('--seed <number>', 'decides events and faults; drawn when not given', wholeNumber)
  .option('--seconds-limit <number>', 'fail when it takes longer', wholeNumber, secondsLimit)
  .option('--logs <folder>', 'leave the newest output of each replica there')
  .action(async ({ seed = randomInt(1, largestSeed), logs, ...given }: Partial<ChaosOptions> & { logs?: string }) => {
    const options = { ...defaultChaosOptions, ...given, seed };
    print(`seed ${options.seed}`);
    const result = await runChaos(options, { report: print, signal: interruption.signal, logsFolder: logs });
    const failures = failuresOf(result, options);
    for (const line of reportLines(result, options)) print(line);
    print(failures.length === 0 ? 'Everything held.' : `Not everything held: ${failures.join('; ')}.`);
    process.exitCode = failures.length === 0 ? 0 : 1;
  })
  .parseAsync(process.argv)
  .catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function wholeNumber(text: string): number {
  if (/^\d{1,10}$/.test(text) && Number(text) > 0) return Number(text);
  throw new InvalidArgumentError('must be a whole number above 0');
}
