import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoCheckpointStore, DynamoTileStore, tableNames, type StoredTile } from '@affinity/profile-storage';
import type { AwsEndpoint } from '@affinity/testing';
import { tablePrefix } from '../system/chaos-system';
import type { HeldMessage } from './stream-content';
import { waitForCheckpoints } from './wait-for-checkpoints';

/** Where to look, and what must have been counted before. */
export interface CountedTilesOptions {
  readonly dynamodb: AwsEndpoint;
  /** All that the stream holds; nothing may be added to it any more. */
  readonly held: readonly HeldMessage[];
  /** Told how many partitions are not done yet, each time that it is looked at. */
  readonly onWaiting: (partitions: number) => void;
}

/** The generation of tiles that is served. */
const generation = 1;

/**
 * Waits until each partition’s checkpoint covers its last message, so that everything is counted and stored, and then
 * reads all tiles. Rejects with the signal's reason when it aborts first.
 */
export async function readCountedTiles(
  options: CountedTilesOptions,
  signal: AbortSignal,
): Promise<readonly StoredTile[]> {
  const { endpoint, region, accessKeyId, secretAccessKey } = options.dynamodb;
  const client = new DynamoDBClient({ endpoint, region, credentials: { accessKeyId, secretAccessKey } });
  const names = tableNames(tablePrefix);
  const reader = `profile-aggregator/${generation}/${region}`;
  const checkpoints = new DynamoCheckpointStore({ client, table: names.control, reader });
  try {
    const { held, onWaiting } = options;
    await waitForCheckpoints({ checkpoints, held, partOf: ({ partition }) => partition, onWaiting }, signal);
    const tiles: StoredTile[] = [];
    const store = new DynamoTileStore({ client, table: names.tiles, generation });
    for await (const tile of store.scan()) tiles.push(tile);
    return tiles;
  } finally {
    client.destroy();
  }
}
