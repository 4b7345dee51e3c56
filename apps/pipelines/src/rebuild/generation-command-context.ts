import type { MutableObjectStore } from '@affinity/lake';
import {
  aggregatorReader,
  createDynamoClient,
  createDynamoGenerationStore,
  createDynamoReaderRegistry,
  createDynamoTombstoneStore,
  DynamoCheckpointStore,
  DynamoTileStore,
  scanTombstones,
  sharedErasureHashKey,
  tableNames,
  type CheckpointStore,
  type GenerationRemovalOptions,
  type GenerationStore,
  type ReaderRegistry,
  type TombstoneSet,
  type TombstoneStore,
} from '@affinity/profile-storage';
import type { LakeCommandConfig } from '../lake/lake-command-settings';
import { commandTimeoutMs, type LakeCommandContext } from '../lake/lake-command';
import type { GenerationStores } from './rebuild';

/** What the commands about generations work with. */
export interface GenerationCommandContext {
  readonly config: LakeCommandConfig;
  readonly objects: MutableObjectStore;
  readonly generations: GenerationStore;
  readonly registry: ReaderRegistry;
  readonly removal: GenerationRemovalOptions;
  readonly tombstones: TombstoneStore;
  readonly sinkCheckpoints: CheckpointStore;
  readonly storesOf: (generation: number) => GenerationStores;
  readonly readTombstones: () => Promise<TombstoneSet>;
}

/** Opens the stores, does the work, closes. */
export async function withGenerations(
  { config, store }: LakeCommandContext,
  work: (context: GenerationCommandContext) => Promise<void>,
): Promise<void> {
  const client = createDynamoClient(config, { requestTimeoutMs: commandTimeoutMs });
  const tables = tableNames(config.dynamoTablePrefix);
  const control = { client, table: tables.control };
  const { dynamoRegion: region, partitions, lakePrefix } = config;
  try {
    const hashKey = config.erasureHashKey?.reveal() ?? (await sharedErasureHashKey(client, tables.control));
    const registry = createDynamoReaderRegistry(control);
    await work({
      config,
      objects: store,
      generations: createDynamoGenerationStore(control),
      registry,
      removal: { client, tables },
      tombstones: createDynamoTombstoneStore({ ...control, hashKey }),
      sinkCheckpoints: new DynamoCheckpointStore({ ...control, reader: `lake-sink/${lakePrefix}` }),
      storesOf: (generation) => {
        const reader = aggregatorReader(generation, region);
        return {
          tiles: new DynamoTileStore({ client, table: tables.tiles, generation }),
          checkpoints: new DynamoCheckpointStore({ ...control, reader }),
          register: () => registry.register(reader, partitions),
        };
      },
      readTombstones: () => scanTombstones({ ...control, hashKey }),
    });
  } finally {
    client.destroy();
  }
}
