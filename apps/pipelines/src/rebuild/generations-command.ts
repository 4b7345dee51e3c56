import {
  aggregatorReader,
  dropGeneration,
  generationOf,
  outlivedGenerations,
  removeCheckpoints,
  removeGeneration,
  removeGenerationTiles,
  serveGeneration,
  type GenerationSet,
} from '@affinity/profile-storage';
import { AffinityError, systemClock } from '@affinity/service-kit';
import type { Command } from 'commander';
import { addSettingsHelp, wholeNumberArgument, withLake, type LakeCommandContext } from '../lake/lake-command';
import type { ProgramOptions } from '../program';
import { withGenerations, type GenerationCommandContext } from './generation-command-context';
import { partitionsBehind, waitForCatchUp } from './generation-lag';

interface WriteArguments {
  /** Seconds. */
  readonly wait: number;
  readonly dryRun?: boolean;
}

interface ExpireArguments extends WriteArguments {
  readonly days: number;
}

type Work = (context: GenerationCommandContext, command: LakeCommandContext) => Promise<void>;

const number = wholeNumberArgument(1, Number.MAX_SAFE_INTEGER);

/** Adds `affinity generations …`. */
export function addGenerationCommands(generations: Command, options: ProgramOptions): void {
  const run = (work: Work): Promise<void> =>
    withLake(options, (command) => withGenerations(command, (context) => work(context, command)));
  const list = generations.command('list').description('Show all generations of profiles, and which one serves');
  list.action(() => run(listAll));
  const serve = generations
    .command('switch')
    .description('Serve another generation, once it has counted all that the present one has')
    .argument('<generation>', 'its number', number);
  withDryRun(withWait(serve, 'how long to wait until it has caught up', 120)).action(
    (target: number, given: WriteArguments) =>
      run((context, command) => switchTo({ ...given, target }, context, command)),
  );
  const back = generations.command('rollback').description('Serve the generation again that served before');
  withDryRun(withWait(back, 'how long to wait until it has caught up', 120)).action((given: WriteArguments) =>
    run((context, command) => rollBack(given, context, command)),
  );
  const drop = generations
    .command('drop')
    .description('Give a generation up that does not serve, and remove its tiles')
    .argument('<generation>', 'its number', number);
  withDryRun(withWait(drop, 'how long the writers may take to notice', 5)).action(
    (target: number, given: WriteArguments) =>
      run((context, command) => dropOne({ ...given, target }, context, command)),
  );
  const expire = generations
    .command('expire')
    .description('Give up every generation that served once and has not for some days, and remove its tiles')
    .option('--days <days>', 'how long it stays to go back to', wholeNumberArgument(0, 3_650), 14);
  withDryRun(withWait(expire, 'how long the writers may take to notice', 5)).action((given: ExpireArguments) =>
    run((context, command) => expireAll(given, context, command)),
  );
  for (const command of [list, serve, back, drop, expire]) addSettingsHelp(command);
}

function withWait(command: Command, doc: string, seconds: number): Command {
  return command.option('--wait <seconds>', doc, wholeNumberArgument(0, 86_400), seconds);
}

function withDryRun(command: Command): Command {
  return command.option('--dry-run', 'check, and only say what would be done');
}

async function listAll({ generations }: GenerationCommandContext, { print }: LakeCommandContext): Promise<void> {
  const { serving, previous, open } = await generations.read();
  const shown = open.map(({ number: own, state, servedUntilMs, origin }) => {
    const { schema, ...others } = origin ?? {};
    const served = servedUntilMs === undefined ? {} : { servedUntil: new Date(servedUntilMs).toISOString() };
    return { generation: own, state, ...served, ...others, ...(schema === undefined ? {} : { schema: 'its own' }) };
  });
  print(JSON.stringify({ serving, ...(previous === undefined ? {} : { previous }), generations: shown }));
}

interface TargetArguments extends WriteArguments {
  readonly target: number;
}

async function switchTo(
  { target, wait, dryRun = false }: TargetArguments,
  { generations, storesOf, config }: GenerationCommandContext,
  { print, progress }: LakeCommandContext,
): Promise<void> {
  const before = await generations.read();
  serveGeneration(before, target, systemClock.now()); // Refuses what cannot serve before anybody waits for it.
  const pair = {
    behind: storesOf(target).checkpoints,
    ahead: storesOf(before.serving).checkpoints,
    partitions: config.partitions,
  };
  if (dryRun) {
    const waitingFor = await partitionsBehind(pair);
    print(JSON.stringify({ wouldServe: target, serving: before.serving, partitionsBehind: waitingFor }));
    return;
  }
  await waitForCatchUp({ ...pair, timeoutMs: wait * 1_000, clock: systemClock, progress });
  const { serving, previous } = await generations.change((set) => serveGeneration(set, target, systemClock.now()));
  print(JSON.stringify({ serving, ...(previous === undefined ? {} : { previous }) }));
}

async function rollBack(
  given: WriteArguments,
  context: GenerationCommandContext,
  command: LakeCommandContext,
): Promise<void> {
  const { previous } = await context.generations.read();
  if (previous === undefined)
    throw new AffinityError('FAILED_PRECONDITION', 'there is no generation to go back to: none served before');
  await switchTo({ ...given, target: previous }, context, command);
}

async function dropOne(
  { dryRun = false, ...given }: TargetArguments,
  context: GenerationCommandContext,
  command: LakeCommandContext,
): Promise<void> {
  if (!dryRun) {
    command.print(JSON.stringify(await drop(given, context, command)));
    return;
  }
  const before = await context.generations.read();
  givenUp(before, given.target); // Refuses what serves.
  command.print(JSON.stringify({ wouldDrop: given.target, state: generationOf(before, given.target).state }));
}

/** A drop that was interrupted goes on where it was. */
function givenUp(set: GenerationSet, target: number): GenerationSet {
  return generationOf(set, target).state === 'dropped' ? set : dropGeneration(set, target);
}

const dayMs = 86_400_000;

async function expireAll(
  { days, dryRun = false, wait }: ExpireArguments,
  context: GenerationCommandContext,
  command: LakeCommandContext,
): Promise<void> {
  const outlived = outlivedGenerations(await context.generations.read(), systemClock.now() - days * dayMs);
  const expired: Dropped[] = [];
  for (const target of dryRun ? [] : outlived) expired.push(await drop({ target, wait }, context, command));
  command.print(JSON.stringify(dryRun ? { wouldExpire: outlived } : { expired }));
}

interface Dropped {
  readonly generation: number;
  readonly tilesRemoved: number;
}

async function drop(
  { target, wait }: Omit<TargetArguments, 'dryRun'>,
  { generations, registry, removal, config }: GenerationCommandContext,
  { progress }: LakeCommandContext,
): Promise<Dropped> {
  await generations.change((set) => givenUp(set, target));
  progress(`generation ${target} is given up; its writers have ${wait} s to notice`);
  await systemClock.sleep(wait * 1_000);
  const reader = aggregatorReader(target, config.dynamoRegion);
  const tilesRemoved = await removeGenerationTiles(removal, target);
  await registry.unregister(reader);
  await removeCheckpoints(removal, { reader, parts: config.partitions });
  await generations.change((set) => removeGeneration(set, target));
  return { generation: target, tilesRemoved };
}
