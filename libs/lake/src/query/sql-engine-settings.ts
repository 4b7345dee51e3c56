import { choice, defaulted, integer, optional, text, url, type ConfigOf } from '@affinity/service-kit';
import { tmpdir } from 'node:os';
import { z } from 'zod';

/** Which engine runs batch SQL, and with how much. */
export const sqlEngineSettings = {
  sqlEngine: defaulted({
    env: 'SQL_ENGINE',
    schema: choice(['duckdb', 'athena']),
    default: 'duckdb',
    doc: 'What runs batch SQL: duckdb, in this process, or athena, in AWS',
  }),
  scratchFolder: defaulted({
    env: 'SCRATCH_FOLDER',
    schema: text(1_024),
    default: tmpdir(),
    doc: 'Folder for fetched objects, files in the making, and what does not fit into memory',
  }),
  duckDbMemoryBytes: defaulted({
    env: 'DUCKDB_MEMORY_BYTES',
    schema: integer(64 * 1024 * 1024, 1024 ** 4),
    default: String(256 * 1024 * 1024),
    doc: 'Bytes of memory that DuckDB may take, about; the rest goes to the scratch folder',
  }),
  duckDbThreads: optional({
    env: 'DUCKDB_THREADS',
    schema: integer(1, 256),
    doc: 'Threads of DuckDB; one for each core unless told',
  }),
  athenaWorkgroup: defaulted({
    env: 'ATHENA_WORKGROUP',
    schema: text(128),
    default: 'primary',
    doc: 'Workgroup of Athena; it must not enforce a result location',
  }),
  athenaDatabase: defaulted({
    env: 'ATHENA_DATABASE',
    schema: z.string().regex(/^[a-z][a-z0-9_]{0,127}$/, 'must be lower-case words joined by _'),
    default: 'affinity',
    doc: 'Database of the Glue catalogue in which the days of tables are registered',
  }),
  athenaEndpoint: optional({
    env: 'ATHENA_ENDPOINT',
    schema: url('http', 'https'),
    doc: 'Athena endpoint; only for a VPC endpoint or tests',
  }),
  athenaQueryTimeoutMs: defaulted({
    env: 'ATHENA_QUERY_TIMEOUT_MS',
    schema: integer(1_000, 14_400_000),
    default: '1800000',
    doc: 'Milliseconds that a query may take in Athena, waiting in its queue included',
  }),
};

/** Which engine runs batch SQL, and with how much. */
export type SqlEngineConfig = ConfigOf<typeof sqlEngineSettings>;
