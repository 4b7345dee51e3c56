export type { ListedObject, ObjectHead, ObjectMetadata, ObjectStore, ObjectToPut, StoredObject } from './object-store';
export type { FileToPut, MutableObjectStore, VersionedObject } from './mutable-object-store';
export { InMemoryObjectStore } from './in-memory-object-store';
export { LocalObjectStore } from './local/local-object-store';
export { S3ObjectStore } from './s3-object-store';
export { createS3Client, type S3Settings } from './s3-client';
export { openObjectStore, type OpenObjectStore } from './open-object-store';
export { lakeSettings, type LakeConfig } from './lake-settings';
export type { LakeDestination } from './lake-destination';
export { claimLayout, type DatasetLayout, type LayoutClaim } from './dataset-layout';
export { upstreamFolder, upstreamKey, type Compression, type UpstreamShard } from './upstream-key';
export { fromMetadata, toMetadata, type RangeFacts } from './range-facts';
export { erasureLine, eventLine, type LinePlace } from './lake-line';
export { parseLakeLine, type LakeErasure, type LakeEvent, type LakeRecord } from './parse-lake-line';
export { listUpstreamChains, type ChainedObject } from './upstream-chain';
export { readLayout } from './read-layout';
export {
  lakeFolder,
  tableDayFolder,
  tableManifestFolder,
  tableManifestKey,
  upstreamDayFolder,
  type LakeTableName,
} from './lake-key';
export { fileDigest } from './file-digest';
export {
  onlyRow,
  type CatalogueDay,
  type Column,
  type ColumnType,
  type LakeTable,
  type SqlEngine,
  type SqlRow,
  type SqlValue,
  type TableFolder,
  type TableObject,
  type UnloadedObject,
} from './query/sql-engine';
export { openAthenaEngine, type AthenaEngineOptions } from './query/athena-engine';
export { openDuckDbEngine, type DuckDbEngineOptions } from './query/duckdb-engine';
export { sqlEngineSettings, type SqlEngineConfig } from './query/sql-engine-settings';
export { openSqlEngine } from './open-sql-engine';
export { erasedProfileColumns, eventColumns, upstreamColumns } from './query/event-columns';
export { lakeQueries } from './query/lake-queries';
export { columnList, identifier, literal } from './query/sql-text';
export {
  openParquetWriter,
  type ParquetWriter,
  type ParquetWriterOptions,
  type WrittenColumn,
} from './query/parquet-writer';
