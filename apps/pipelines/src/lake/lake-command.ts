import { dayOf, parseDay, type Day } from '@affinity/domain';
import { openObjectStore, type MutableObjectStore } from '@affinity/lake';
import {
  createDynamoClient,
  scanTombstones,
  sharedErasureHashKey,
  tableNames,
  type TombstoneSet,
} from '@affinity/profile-storage';
import { describeSettings, loadConfig } from '@affinity/service-kit';
import { InvalidArgumentError, type Command } from 'commander';
import type { ProgramOptions } from '../program';
import { lakeCommandSettings, type LakeCommandConfig } from './lake-command-settings';

/** A command's lake, open. */
export interface LakeCommandContext extends ProgramOptions {
  readonly config: LakeCommandConfig;
  readonly store: MutableObjectStore;
}

/** How long a request of a command to DynamoDB may take: nobody waits for a page, and scans read large ones. */
export const commandTimeoutMs = 30_000;

/** Loads the settings, opens the lake, does the work, closes; gives what the work gives. Throws ConfigError with all that is wrong with the settings. */
export async function withLake<T>(
  options: ProgramOptions,
  work: (context: LakeCommandContext) => Promise<T>,
): Promise<T> {
  const config = loadConfig(lakeCommandSettings, options.environment);
  const lake = openObjectStore(config);
  try {
    return await work({ ...options, config, store: lake.store });
  } finally {
    lake.close();
  }
}

/** Adds the settings to a command's `--help`. */
export function addSettingsHelp(command: Command): Command {
  return command.addHelpText('after', `\nSettings (environment):\n${describeSettings(lakeCommandSettings)}`);
}

/** Reads a `--date`: a day, or "yesterday" (UTC), which a schedule can say. Throws InvalidArgumentError. */
export function dayArgument(text: string): Day {
  const day = text === 'yesterday' ? dayOf(Date.now()) - 1 : parseDay(text);
  if (day === undefined) throw new InvalidArgumentError('must be a day as YYYY-MM-DD, or yesterday');
  return day;
}

/** Reads a whole number from `min` to `max`. The function that it gives throws InvalidArgumentError. */
export function wholeNumberArgument(min: number, max: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (/^\d+$/.test(text) && number >= min && number <= max) return number;
    throw new InvalidArgumentError(`must be a whole number from ${min} to ${max}`);
  };
}

/** Reads words separated by commas. Throws InvalidArgumentError. */
export function listArgument(text: string): readonly string[] {
  const words = text.split(',').map((word) => word.trim());
  if (words.some((word) => word === '')) throw new InvalidArgumentError('must be words separated by commas');
  return words;
}

/** All tombstones of the deployment. Throws UNAVAILABLE. */
export async function readTombstones(config: LakeCommandConfig): Promise<TombstoneSet> {
  const client = createDynamoClient(config, { requestTimeoutMs: commandTimeoutMs });
  const table = tableNames(config.dynamoTablePrefix).control;
  try {
    const hashKey = config.erasureHashKey?.reveal() ?? (await sharedErasureHashKey(client, table));
    return await scanTombstones({ client, table, hashKey });
  } finally {
    client.destroy();
  }
}
