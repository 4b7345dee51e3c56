import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoCheckpointStore, tableNames } from '@affinity/profile-storage';
import type { AwsEndpoint } from '@affinity/testing';
import { tablePrefix } from '../system/chaos-system';
import { lakePrefix, lakeShards } from '../system/lake-sinks';
import type { HeldMessage } from './stream-content';
import { waitForCheckpoints } from './wait-for-checkpoints';

/** Where the sinks' checkpoints are, and what they must cover. */
export interface StoredLakeOptions {
  readonly dynamodb: AwsEndpoint;
  /** All that the stream holds; nothing may be added to it any more. */
  readonly held: readonly HeldMessage[];
  /** Told how many shards are not done yet, each time that it is looked at. */
  readonly onWaiting: (shards: number) => void;
}

/** Resolves when all that the stream holds is in the lake, as the sinks' checkpoints tell. */
export async function untilLakeIsStored(options: StoredLakeOptions, signal: AbortSignal): Promise<void> {
  const { endpoint, region, accessKeyId, secretAccessKey } = options.dynamodb;
  const client = new DynamoDBClient({ endpoint, region, credentials: { accessKeyId, secretAccessKey } });
  try {
    const reader = `lake-sink/${lakePrefix}`;
    const checkpoints = new DynamoCheckpointStore({ client, table: tableNames(tablePrefix).control, reader });
    const partOf = ({ partition }: HeldMessage): number => partition % lakeShards;
    await waitForCheckpoints({ ...options, checkpoints, partOf }, signal);
  } finally {
    client.destroy();
  }
}
