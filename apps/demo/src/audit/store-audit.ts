import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  compareTiles,
  countNaively,
  settledTiles,
  type CatalogueItem,
  type DatasetInteraction,
  type NaiveTiles,
  type PlacedTile,
  type TileComparison,
} from '@affinity/datasets';
import { partitionOf, profileKeyOf, type Schema } from '@affinity/domain';
import { DynamoTileStore, tableNames, type StoredTile } from '@affinity/profile-storage';
import type { AwsEndpoint } from '@affinity/testing';
import { tablePrefix } from '../system/service-environment';

/** What the store must hold. */
export interface StoreAuditOptions {
  readonly dynamodb: AwsEndpoint;
  readonly schema: Schema;
  readonly partitions: number;
  readonly items: ReadonlyMap<string, CatalogueItem['attributes']>;
  /** Everything that was published, each visitor's events in their order. */
  readonly interactions: readonly DatasetInteraction[];
}

/** What the store holds, compared with a plain loop over the same events. */
export interface StoreAudit {
  readonly visitors: TileComparison;
  readonly population: TileComparison;
}

/** The generation of tiles that is served. */
const generation = 1;
/** The audit gives up waiting when the counts have not changed for so long. */
const patienceMs = 20_000;

/** Waits until the store has counted everything, or stops making progress, and compares every stored tile. */
export async function auditStore(options: StoreAuditOptions): Promise<StoreAudit> {
  const { endpoint, region, accessKeyId, secretAccessKey } = options.dynamodb;
  const client = new DynamoDBClient({ endpoint, region, credentials: { accessKeyId, secretAccessKey } });
  try {
    const store = new DynamoTileStore({ client, table: tableNames(tablePrefix).tiles, generation });
    // Each event is counted twice: for its visitor and for the population.
    const expected = 2 * options.interactions.length;
    return await compare(await settledTiles({ scan: () => store.scan(), expected, patienceMs }), options);
  } finally {
    client.destroy();
  }
}

async function compare(tiles: readonly StoredTile[], options: StoreAuditOptions): Promise<StoreAudit> {
  const { schema, partitions, items, interactions } = options;
  const visitors = countNaively(interactions, { items, schema });
  const population = countNaively(interactions, {
    items,
    schema,
    keyOf: (interaction) => String(partitionOf(profileKeyOf(interaction) ?? '', partitions)),
  });
  return {
    visitors: await compareTiles(visitors, placed(tiles, 'user'), { schema }),
    population: await comparePopulation(population, tiles, schema),
  };
}

function comparePopulation(
  expected: NaiveTiles,
  tiles: readonly StoredTile[],
  schema: Schema,
): Promise<TileComparison> {
  // Visitors of one partition are published at the same time, so which of them came first is not known here.
  const order = 'any';
  return compareTiles(expected, placed(tiles, 'population'), { schema, order, cap: schema.populationCap });
}

function* placed(tiles: readonly StoredTile[], kind: 'user' | 'population'): Iterable<PlacedTile> {
  for (const { key, tile } of tiles) {
    const { owner, day } = key;
    if (owner.kind !== kind) continue;
    yield { key: owner.kind === 'user' ? owner.profileKey : String(owner.partition), day, tile };
  }
}
