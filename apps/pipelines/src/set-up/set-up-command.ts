import { connectNats, ensureEventStreams } from '@affinity/messaging';
import { createDynamoClient, ensureTables, tableNames } from '@affinity/profile-storage';
import { describeSettings, loadConfig, silentLogger } from '@affinity/service-kit';
import type { Command } from 'commander';
import type { ProgramOptions } from '../program';
import { setUpSettings, type SetUpConfig } from './set-up-settings';

/** Adds `affinity set-up`. */
export function addSetUp(program: Command, options: ProgramOptions): void {
  program
    .command('set-up')
    .description('Make the streams and the tables that do not exist yet; doing it again changes nothing')
    .option('--dry-run', 'say what must be there')
    .addHelpText('after', `\nSettings (environment):\n${describeSettings(setUpSettings)}`)
    .action(async ({ dryRun = false }: { dryRun?: boolean }) => {
      const config = loadConfig(setUpSettings, options.environment);
      const tables = Object.values(tableNames(config.dynamoTablePrefix));
      if (!dryRun) {
        await setUpStreams(config);
        await setUpTables(config);
      }
      options.print(`${dryRun ? 'would make sure of' : 'there are'} the event streams and ${tables.join(', ')}`);
    });
}

async function setUpStreams(config: SetUpConfig): Promise<void> {
  const connection = await connectNats(config, { name: 'affinity', logger: silentLogger() });
  try {
    const { partitions: count, streamReplicas: replicas, streamMaxBytes: maxBytes } = config;
    await ensureEventStreams(connection, { partitions: count, replicas, maxBytes });
  } finally {
    await connection.close();
  }
}

async function setUpTables(config: SetUpConfig): Promise<void> {
  const client = createDynamoClient(config);
  try {
    await ensureTables(client, tableNames(config.dynamoTablePrefix));
  } finally {
    client.destroy();
  }
}
