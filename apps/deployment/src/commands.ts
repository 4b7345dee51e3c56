import { Command, InvalidArgumentError } from 'commander';
import { randomInt } from 'node:crypto';
import { checkStack } from './check/check-stack';
import type { StackAddresses } from './check/stack-clients';
import { readData } from './rehearsal-data';
import { rehearse, rehearsalSteps, type RehearsalOptions } from './rehearsal/rehearsal';
import { Traffic } from './traffic/traffic';

/** What the commands work with. */
export interface CommandContext {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly print: (line: string) => void;
  /** Ends traffic after the batch at hand. */
  readonly signal: AbortSignal;
  /** Told when a check did not hold. */
  readonly fail: () => void;
}

const largestSeed = 2 ** 31;
const progressMs = 1_000;

/** The command line: rehearse, check, traffic. Parsing throws CommanderError for wrong use. */
export function createCommands(context: CommandContext): Command {
  const program = new Command('affinity-deployment')
    .description('Rehearses what happens to a deployment, with containers.')
    .showHelpAfterError()
    .exitOverride();
  addRehearse(program, context);
  addCheck(program, context);
  addTraffic(program, context);
  return program;
}

type Addresses = Pick<StackAddresses, 'ingest' | 'featureStore'>;

function addRehearse(program: Command, { environment, print, fail }: CommandContext): void {
  program
    .command('rehearse')
    .description('Bring the compose stack up, kill, scale and replace its parts under load, compare every count')
    .option('--seed <number>', 'decides the events; drawn when not given', wholeNumber)
    .option('--rate <number>', 'events a second under load', wholeNumber, 100)
    .option('--steps <names>', 'what to do under load, separated by commas', stepsArgument, rehearsalSteps)
    .option('--next-version <tag>', 'tag of the images that a rolling update brings', 'next')
    .action(async ({ seed = randomInt(1, largestSeed), rate, steps, nextVersion }: RehearseArguments) => {
      print(`seed ${seed}`);
      const failures = await rehearse({ seed, rate, steps, nextVersion, environment, report: print });
      for (const failure of failures) print(`did not hold: ${failure}`);
      print(failures.length === 0 ? 'Everything held.' : 'Not everything held.');
      if (failures.length > 0) fail();
    });
}

interface RehearseArguments extends Pick<RehearsalOptions, 'rate' | 'steps' | 'nextVersion'> {
  readonly seed?: number;
}

function addCheck(program: Command, { print, signal, fail }: CommandContext): void {
  withAddresses(program.command('check'))
    .description('Publish a small marketplace of new visitors to a system, and check what it then holds and answers')
    .requiredOption('--gateway <address>', 'the recommender gateway, likewise')
    .requiredOption('--dynamodb <url>', 'where the tables are')
    .requiredOption('--object-store <url>', 'where the lake is')
    .option('--seed <number>', 'decides the events; drawn when not given', wholeNumber)
    .action(async ({ seed = randomInt(1, largestSeed), ...addresses }: StackAddresses & { seed?: number }) => {
      print(`seed ${seed}`);
      if ((await checkStack({ addresses, seed, print, signal })) > 0) fail();
    });
}

interface TrafficArguments extends Addresses {
  readonly data: string;
  readonly from: number;
  readonly events: number;
  readonly rate: number;
  readonly reads: number;
}

function addTraffic(program: Command, { print, signal }: CommandContext): void {
  withAddresses(program.command('traffic'))
    .description('Publish a data set folder at a steady rate and read profiles; prints its counts as JSON every second')
    .requiredOption('--data <folder>', 'data set folder')
    .option('--from <number>', 'first interaction', wholeNumber, 0)
    .option('--events <number>', 'most interactions', wholeNumber, 1_000_000)
    .option('--rate <number>', 'events a second', wholeNumber, 100)
    .option('--reads <number>', 'profiles to read a second', wholeNumber, 0)
    .action(async ({ data, from, events, rate, reads, ingest, featureStore }: TrafficArguments) => {
      const all = (await readData(data)).interactions;
      const interactions = all.slice(from, from + events);
      const addresses = { ingestAddress: ingest, featureStoreAddress: featureStore };
      const traffic = new Traffic({ interactions, rate, readsPerSecond: reads, ...addresses });
      const report = (): void => print(JSON.stringify(traffic.counts));
      const progress = setInterval(report, progressMs);
      try {
        await traffic.run(signal);
      } finally {
        clearInterval(progress);
        report();
      }
    });
}

function withAddresses(command: Command): Command {
  return command
    .requiredOption('--ingest <address>', 'ingest, host:port or a name that gRPC resolves')
    .requiredOption('--feature-store <address>', 'the feature store, likewise');
}

function stepsArgument(text: string): RehearsalOptions['steps'] {
  return text.split(',').map((name) => {
    const step = rehearsalSteps.find((known) => known === name.trim());
    if (step === undefined) throw new InvalidArgumentError(`must be of ${rehearsalSteps.join(', ')}`);
    return step;
  });
}

function wholeNumber(text: string): number {
  if (/^\d{1,10}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('must be a whole number');
}
