import { ConfigError, systemClock } from '@affinity/service-kit';
import { AthenaClient } from '@aws-sdk/client-athena';
import type { LakeConfig } from './lake-settings';
import { LocalObjectStore } from './local/local-object-store';
import type { MutableObjectStore } from './mutable-object-store';
import { openAthenaEngine } from './query/athena-engine';
import { openDuckDbEngine } from './query/duckdb-engine';
import type { SqlEngine } from './query/sql-engine';
import type { SqlEngineConfig } from './query/sql-engine-settings';

/** The engine of a configuration, over the open object store. Throws ConfigError: Athena reads only what is in S3. */
export function openSqlEngine(store: MutableObjectStore, config: LakeConfig & SqlEngineConfig): Promise<SqlEngine> {
  return config.sqlEngine === 'athena' ? openAthena(store, config) : openDuckDb(store, config);
}

function openDuckDb(store: MutableObjectStore, config: SqlEngineConfig): Promise<SqlEngine> {
  const { scratchFolder, duckDbMemoryBytes: memoryBytes, duckDbThreads: threads } = config;
  return openDuckDbEngine({
    store,
    scratchFolder,
    memoryBytes,
    ...(threads === undefined ? {} : { threads }),
    ...(store instanceof LocalObjectStore ? { pathInPlace: (key: string) => store.pathOf(key) } : {}),
  });
}

function openAthena(store: MutableObjectStore, config: LakeConfig & SqlEngineConfig): Promise<SqlEngine> {
  const { lakeDestination, lakeS3Region: region, athenaEndpoint: endpoint } = config;
  if (lakeDestination.kind !== 's3')
    throw new ConfigError(['AFFINITY_SQL_ENGINE: athena reads only a lake at s3://BUCKET (AFFINITY_LAKE_DESTINATION)']);
  // It tries once: the engine itself asks again, and knows for how long.
  const client = new AthenaClient({ region, maxAttempts: 1, ...(endpoint === undefined ? {} : { endpoint }) });
  return openAthenaEngine({
    client,
    store,
    bucket: lakeDestination.bucket,
    workgroup: config.athenaWorkgroup,
    database: config.athenaDatabase,
    queryTimeoutMs: config.athenaQueryTimeoutMs,
    clock: systemClock,
  });
}
