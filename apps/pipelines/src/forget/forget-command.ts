import { UserServiceClient } from '@affinity/contracts';
import { partitionOf } from '@affinity/domain';
import { connectNats } from '@affinity/messaging';
import { PersonalizeControl } from '@affinity/personalize';
import { createDynamoClient, readProgress, tableNames } from '@affinity/profile-storage';
import { createGrpcClient, silentLogger, systemClock } from '@affinity/service-kit';
import type { Command } from 'commander';
import { featureStoreChannel } from '../lake/feature-store-channel';
import {
  addSettingsHelp,
  readTombstones,
  wholeNumberArgument,
  withLake,
  type LakeCommandContext,
} from '../lake/lake-command';
import { personalizeAccess } from '../personalize-access';
import type { ProgramOptions } from '../program';
import { forgetUser, type ServedErasure } from './forget-user';
import { eraseFromPersonalize, type PersonalizeErasure, type PersonalizeErasureOptions } from './personalize-erasure';
import { waitForReaders } from './reader-wait';

interface ForgetArguments {
  readonly wait: number;
  readonly dryRun?: boolean;
}

const maxWaitSeconds = 86_400;

/** Adds `affinity forget`. */
export function addForget(program: Command, options: ProgramOptions): void {
  const command = program
    .command('forget')
    .description(
      'Remove a user everywhere: what is served, the stream, dead letters, lake, Personalize; prints a receipt',
    )
    .argument('<user>', 'user id')
    .option(
      '--wait <seconds>',
      'how long the readers of the stream may take to pass the erasure (the lake sink buffers 5 minutes), and Personalize',
      wholeNumberArgument(0, maxWaitSeconds),
      900,
    )
    .option('--dry-run', 'say what there is to remove; what is served is not looked at')
    .action((userId: string, given: ForgetArguments) =>
      withLake(options, (context) => forget(context, userId, { ...given, dryRun: given.dryRun ?? false })),
    );
  addSettingsHelp(command);
}

async function forget(
  { config, store, print, progress }: LakeCommandContext,
  userId: string,
  { wait, dryRun }: Required<ForgetArguments>,
): Promise<void> {
  const { partitions, personalizeDatasetGroup } = config;
  const access = personalizeDatasetGroup === undefined ? undefined : personalizeAccess(config);
  const connection = await connectNats(config, { name: 'affinity', logger: silentLogger() });
  const client = createDynamoClient(config);
  const table = tableNames(config.dynamoTablePrefix).control;
  const partition = partitionOf(userId, partitions);
  const erasePersonalize = ({ sequence }: { readonly sequence: number }): Promise<PersonalizeErasure> =>
    access === undefined
      ? Promise.resolve('no Personalize is configured')
      : erasePersonalizeUser({ config, store, progress }, { access, userId, erasure: { partition, sequence }, wait });
  try {
    const receipt = await forgetUser({
      erasePersonalize,
      userId,
      config,
      store,
      stream: { connection, partitions, profileKey: userId },
      eraseServed: () => eraseServed(config, userId),
      waitForReaders: (position) =>
        waitForReaders({
          progress: () => readProgress({ client, table }, partition),
          position,
          timeoutMs: wait * 1_000,
          clock: systemClock,
          report: progress,
        }),
      readTombstones: () => readTombstones(config),
      dryRun,
      progress,
    });
    print(JSON.stringify(receipt, undefined, 2));
  } finally {
    client.destroy();
    await connection.close();
  }
}

async function erasePersonalizeUser(
  { config, store, progress }: Pick<LakeCommandContext, 'config' | 'store' | 'progress'>,
  { wait, ...whom }: Pick<PersonalizeErasureOptions, 'access' | 'userId' | 'erasure'> & { readonly wait: number },
): Promise<PersonalizeErasure> {
  progress('erasing from Personalize');
  const control = new PersonalizeControl(config, { signal: new AbortController().signal });
  const deadlineAt = systemClock.now() + wait * 1_000;
  try {
    return await eraseFromPersonalize({ ...whom, control, store, clock: systemClock, deadlineAt, progress });
  } finally {
    control.close();
  }
}

async function eraseServed(config: LakeCommandContext['config'], userId: string): Promise<ServedErasure> {
  const client = createGrpcClient(UserServiceClient, featureStoreChannel(config));
  try {
    const { userRemoved, tilesRemoved, cacheEntriesRemoved } = await client.deleteUser({ userId });
    return { userRemoved, tilesRemoved, cacheEntriesRemoved };
  } finally {
    client.close();
  }
}
