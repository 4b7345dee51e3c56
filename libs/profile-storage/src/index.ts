export { createDynamoClient, createDynamoStreamsClient, type DynamoConfig } from './dynamo-client';
export { ensureTables, tableNames, type TableNames } from './tables';
export type {
  OwnerQuery,
  StoredTile,
  TileHead,
  TileKey,
  TileOwner,
  TileReader,
  TileStore,
  TileWrite,
  TileWriteResult,
} from './tile-store';
export { DynamoTileStore, type DynamoTileStoreOptions } from './dynamo-tile-store';
export { tileExpiryS } from './tile-expiry';
export type { CheckpointStore, StoredCheckpoint } from './checkpoint-store';
export { DynamoCheckpointStore, type DynamoCheckpointStoreOptions } from './dynamo-checkpoint-store';
export { sharedErasureHashKey } from './erasure-hash-key';
export type { Tombstone, TombstoneStore } from './tombstone-store';
export { createDynamoTombstoneStore, type DynamoTombstoneStoreOptions } from './dynamo-tombstone-store';
export { readProgress, type ReaderProgress } from './reader-progress';
export { scanTombstones, type TombstoneSet } from './tombstone-scan';
export { createDynamoReaderRegistry, type ReaderRegistry } from './reader-registry';
export {
  aggregatorReader,
  dropGeneration,
  generationOf,
  openGeneration,
  outlivedGenerations,
  removeGeneration,
  schemaOfGeneration,
  serveGeneration,
  updateGeneration,
  type Generation,
  type GenerationOrigin,
  type GenerationSet,
} from './generations/generation-set';
export { createDynamoGenerationStore, type GenerationStore } from './generations/generation-store';
export {
  removeCheckpoints,
  removeGenerationTiles,
  type GenerationRemovalOptions,
} from './generations/generation-removal';
export { GenerationWatcher, type GenerationWatcherOptions } from './generations/generation-watcher';
export { createDynamoItemStore, type ItemStore } from './item-store';
export { createDynamoUserStore, type UserStore } from './user-store';
export { PartitionSession, type PartitionSessionOptions, type UserFlush } from './counting/partition-session';
export type { Erasure, ReadRecord } from './counting/read-record';
export type { OpenTile } from './counting/open-tile';
export { InMemoryCheckpointStore, InMemoryTileStore, InMemoryTombstoneStore } from './in-memory-stores';
export {
  DynamoTableChanges,
  type ChangeCursor,
  type DynamoTableChangesOptions,
  type ReadChanges,
  type ShardProgress,
  type TableChange,
  type TableChanges,
} from './table-changes';
export { scanKeys, type KeyPage } from './table-keys';
export { extendExpiry, type ExpiryExtensionOptions, type ExtendedTiles } from './expiry-extension';
export { createDynamoProgressStore, type ProgressStore, type StoredProgress } from './progress-store';
