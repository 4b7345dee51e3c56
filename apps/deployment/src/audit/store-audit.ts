import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  compareTiles,
  countNaively,
  settledTiles,
  type DatasetInteraction,
  type PlacedTile,
  type TileComparison,
} from '@affinity/datasets';
import { partitionOf, profileKeyOf, type Schema } from '@affinity/domain';
import { DynamoTileStore, tableNames, type StoredTile } from '@affinity/profile-storage';
import type { RehearsalData } from '../rehearsal-data';

/** Where the tiles are and what they must come to. */
export interface StoreAuditOptions {
  readonly endpoint: string;
  readonly partitions: number;
  readonly data: Pick<RehearsalData, 'items' | 'schema'>;
  /** What was acknowledged, each visitor's in their order. */
  readonly interactions: readonly DatasetInteraction[];
}

/** The account and region of docker-compose.yml. */
export const localAccount = {
  region: 'us-east-1',
  credentials: { accessKeyId: 'affinitylocal', secretAccessKey: 'affinity-local-only' },
};

const generation = 1;
/** The audit gives up waiting when the counts have not changed for so long. */
const patienceMs = 45_000;

/** Waits until every interaction is counted for its visitor, and compares all tiles of these visitors with a plain loop. */
export function auditVisitors(options: StoreAuditOptions): Promise<TileComparison> {
  const { interactions, data } = options;
  const expected = countNaively(interactions, data);
  const isWanted = ({ key: { owner } }: StoredTile): boolean => owner.kind === 'user' && expected.has(owner.profileKey);
  return withTiles(options, isWanted, (tiles) => compareTiles(expected, tiles.map(placedBy(data.schema)), data));
}

/** The same for the population: of a system that holds nothing else. */
export function auditPopulation(options: StoreAuditOptions): Promise<TileComparison> {
  const { interactions, data, partitions } = options;
  const keyOf = (interaction: DatasetInteraction): string =>
    String(partitionOf(profileKeyOf(interaction) ?? '', partitions));
  const expected = countNaively(interactions, { ...data, keyOf });
  const isWanted = ({ key }: StoredTile): boolean => key.owner.kind === 'population';
  const rules = { schema: data.schema, cap: data.schema.populationCap };
  return withTiles(options, isWanted, (tiles) => compareTiles(expected, tiles.map(placedBy(data.schema)), rules));
}

async function withTiles(
  { endpoint, interactions }: StoreAuditOptions,
  isWanted: (tile: StoredTile) => boolean,
  compare: (tiles: readonly StoredTile[]) => Promise<TileComparison>,
): Promise<TileComparison> {
  const client = new DynamoDBClient({ endpoint, ...localAccount });
  try {
    const store = new DynamoTileStore({ client, table: tableNames('affinity-').tiles, generation });
    return await compare(
      await settledTiles({ scan: () => store.scan(), isWanted, expected: interactions.length, patienceMs }),
    );
  } finally {
    client.destroy();
  }
}

/** Tiles by what is audited: a dimension that another version of the schema added holds only what that version counted. */
function placedBy(schema: Schema): (tile: StoredTile) => PlacedTile {
  const audited = new Set(schema.dimensions.map(({ name }) => name));
  return ({ key: { owner, day }, tile }) => {
    const dimensions = new Map([...tile.dimensions].filter(([name]) => audited.has(name)));
    const key = owner.kind === 'user' ? owner.profileKey : String(owner.partition);
    return { key, day, tile: { ...tile, dimensions } };
  };
}
