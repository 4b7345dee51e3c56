import { UserServiceClient } from '@affinity/contracts';
import { partitionOf } from '@affinity/domain';
import { connectNats } from '@affinity/messaging';
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
import type { ProgramOptions } from '../program';
import { forgetUser, type ServedErasure } from './forget-user';
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
    .description('Remove a user everywhere: what is served, the stream, the dead letters, the lake; prints a receipt')
    .argument('<user>', 'user id')
    .option(
      '--wait <seconds>',
      'how long the readers of the stream may take to pass the erasure; the lake sink buffers 5 minutes',
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
  const connection = await connectNats(config, { name: 'affinity', logger: silentLogger() });
  const client = createDynamoClient(config);
  const table = tableNames(config.dynamoTablePrefix).control;
  const { partitions } = config;
  try {
    const receipt = await forgetUser({
      userId,
      config,
      store,
      stream: { connection, partitions, profileKey: userId },
      eraseServed: () => eraseServed(config, userId),
      waitForReaders: (position) =>
        waitForReaders({
          progress: () => readProgress({ client, table }, partitionOf(userId, partitions)),
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

async function eraseServed(config: LakeCommandContext['config'], userId: string): Promise<ServedErasure> {
  const client = createGrpcClient(UserServiceClient, featureStoreChannel(config));
  try {
    const { userRemoved, tilesRemoved, cacheEntriesRemoved } = await client.deleteUser({ userId });
    return { userRemoved, tilesRemoved, cacheEntriesRemoved };
  } finally {
    client.close();
  }
}
