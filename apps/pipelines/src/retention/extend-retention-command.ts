import { createDynamoClient, extendExpiry, tableNames } from '@affinity/profile-storage';
import { deploymentSettings, describeSettings, dynamoSettings, loadConfig, type ConfigOf } from '@affinity/service-kit';
import type { Command } from 'commander';
import type { ProgramOptions } from '../program';

const { schema } = deploymentSettings;
/** Settings of `affinity retention extend`. */
const retentionSettings = { schema, ...dynamoSettings };
const concurrency = 16;

/** Adds `affinity retention extend`. */
export function addExtendRetention(retention: Command, options: ProgramOptions): void {
  retention
    .command('extend')
    .description(
      'Keep tiles that are stored already as long as the schema says now. Run it once when retention_days was raised, after ' +
        'all aggregators work with the new schema; doing it again changes nothing',
    )
    .option('--dry-run', 'only count')
    .addHelpText('after', `\nSettings (environment):\n${describeSettings(retentionSettings)}`)
    .action(async ({ dryRun = false }: { dryRun?: boolean }) => {
      await extendAll(loadConfig(retentionSettings, options.environment), { dryRun, ...options });
    });
}

async function extendAll(
  config: ConfigOf<typeof retentionSettings>,
  { dryRun, print, progress }: ProgramOptions & { readonly dryRun: boolean },
): Promise<void> {
  const client = createDynamoClient(config);
  try {
    const table = tableNames(config.dynamoTablePrefix).tiles;
    let done = { looked: 0, extended: 0 };
    for await (done of extendExpiry({ client, table, schema: config.schema, concurrency, dryRun }))
      progress(`${done.looked} tiles looked at, ${done.extended} to be kept longer`);
    print(JSON.stringify({ ...done, retentionDays: config.schema.retentionDays, ...(dryRun ? { dryRun } : {}) }));
  } finally {
    client.destroy();
  }
}
