import { createManualClock } from '@affinity/service-kit';
import { AthenaClient } from '@aws-sdk/client-athena';
import {
  eventColumns,
  InMemoryObjectStore,
  lakeQueries,
  openAthenaEngine,
  type SqlEngine,
  type SqlRow,
} from '../../src/index';
import { startAthenaStandIn, type AthenaStandIn, type StandInResult, type StartedQuery } from '../athena-stand-in';

Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' });

interface Fixture {
  readonly athena: AthenaStandIn;
  readonly store: InMemoryObjectStore;
  readonly engine: SqlEngine;
  /** Statements since the engine was opened. */
  readonly statements: () => readonly string[];
}

const open: (() => Promise<void>)[] = [];

async function startFixture(
  answer: (query: StartedQuery, store: InMemoryObjectStore) => StandInResult = () => ({}),
  options: { readonly pageRows?: number; readonly queryTimeoutMs?: number } = {},
): Promise<Fixture> {
  const store = new InMemoryObjectStore();
  const athena = await startAthenaStandIn((query) => answer(query, store), options);
  const client = new AthenaClient({ endpoint: athena.endpoint, region: 'eu-central-1', maxAttempts: 1 });
  open.push(async () => {
    client.destroy();
    await athena.close();
  });
  const engine = await openAthenaEngine({
    client,
    store,
    bucket: 'lake',
    workgroup: 'batch',
    database: 'affinity',
    queryTimeoutMs: options.queryTimeoutMs ?? 60_000,
    clock: createManualClock(),
  });
  const opened = athena.queries.length;
  return { athena, store, engine, statements: () => athena.queries.slice(opened).map(({ sql }) => sql) };
}

async function all(rows: AsyncIterable<SqlRow>): Promise<SqlRow[]> {
  const found: SqlRow[] = [];
  for await (const row of rows) found.push(row);
  return found;
}

afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

describe('AthenaEngine', () => {
  it('starts a query, asks until it is done and gives its rows by their types, without the header', async () => {
    const columns = [
      ['n', 'bigint'],
      ['x', 'double'],
      ['t', 'varchar'],
      ['b', 'boolean'],
      ['i', 'integer'],
    ] as const;
    const rows = [
      ['9007199254740993', '0.1', 'a,"b', 'true', '7'],
      [undefined, undefined, '', 'false', '-1'],
    ];
    const { engine, athena } = await startFixture(() => ({ columns, rows }));
    expect(await all(engine.rows('SELECT 1'))).toEqual([
      { n: 9_007_199_254_740_993n, x: 0.1, t: 'a,"b', b: true, i: 7 },
      { n: null, x: null, t: '', b: false, i: -1 },
    ]);
    const [created, query] = athena.queries;
    expect(created!.sql).toMatch(/^CREATE DATABASE IF NOT EXISTS `affinity_run_[0-9a-f]{32}`$/);
    expect(query).toMatchObject({ sql: 'SELECT 1', workgroup: 'batch', database: created!.sql.split('`')[1] });
    expect(query!.output).toMatch(/^s3:\/\/lake\/_athena\/[0-9a-f]{32}\/$/);
  });

  it('fetches page after page', async () => {
    const rows = Array.from({ length: 25 }, (_, i) => [String(i)]);
    const { engine } = await startFixture(() => ({ columns: [['n', 'bigint']], rows }), { pageRows: 10 });
    expect((await all(engine.rows('SELECT n'))).map(({ n }) => Number(n))).toEqual(rows.map(([n]) => Number(n)));
  });

  it('asks again while Athena throttles, fails or loses the answer, and starts no query twice', async () => {
    const { engine, athena, statements } = await startFixture(() => ({ columns: [['n', 'bigint']], rows: [['1']] }));
    const throttled = { status: 400, type: 'TooManyRequestsException' };
    const failed = { status: 500, type: 'InternalServerException' };
    athena.refuse('StartQueryExecution', [throttled, throttled, 'dropped', failed]);
    athena.refuse('GetQueryExecution', [failed, { status: 400, type: 'ThrottlingException' }, 'dropped']);
    athena.refuse('GetQueryResults', [throttled, 'dropped']);
    expect(await all(engine.rows('SELECT 1 AS n'))).toEqual([{ n: 1n }]);
    expect(statements()).toEqual(['SELECT 1 AS n']);
  });

  it('gives up when throttling does not end, and at once when it is refused', async () => {
    const { engine, athena } = await startFixture();
    athena.refuse(
      'StartQueryExecution',
      Array.from({ length: 40 }, () => ({ status: 400, type: 'TooManyRequestsException' })),
    );
    await expect(engine.defineView('v', 'SELECT 1')).rejects.toMatchObject({ code: 'RESOURCE_EXHAUSTED' });
    athena.refuse('StartQueryExecution', [{ status: 400, type: 'InvalidRequestException' }]);
    await expect(engine.defineView('v', 'SELECT 1')).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    athena.refuse('StartQueryExecution', [{ status: 400, type: 'AccessDeniedException' }]);
    await expect(engine.defineView('v', 'SELECT 1')).rejects.toMatchObject({ code: 'PERMISSION_DENIED' });
  });

  it.each([
    ['FAILED', 1, 'UNAVAILABLE'],
    ['FAILED', 2, 'INVALID_ARGUMENT'],
    ['FAILED', 3, 'INTERNAL'],
    ['CANCELLED', undefined, 'ABORTED'],
  ] as const)('tells why a query ended as %s (category %s)', async (end, category, code) => {
    const outcome = { end, reason: 'COLUMN_NOT_FOUND: line 1:8', ...(category === undefined ? {} : { category }) };
    const { engine } = await startFixture(({ sql }) => (sql.startsWith('CREATE DATABASE') ? {} : outcome));
    const failure = all(engine.rows('SELECT q'));
    await expect(failure).rejects.toMatchObject({ code });
    if (end === 'FAILED') await expect(failure).rejects.toThrow('COLUMN_NOT_FOUND');
  });

  it('stops a query that takes too long', async () => {
    const { engine, athena } = await startFixture(
      ({ sql }) => (sql.startsWith('CREATE DATABASE') ? {} : { end: 'never' }),
      { queryTimeoutMs: 30_000 },
    );
    await expect(all(engine.rows('SELECT 1'))).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
    expect(athena.stopped).toEqual(['query-2']);
  });

  it('refuses a query that is longer than Athena takes', async () => {
    const { engine } = await startFixture();
    const rows = Array.from({ length: 30_000 }, (_, i) => ({ profile_key: `user-${i}` }));
    const defined = engine.defineRows('r', [{ name: 'profile_key', type: 'varchar' }], rows);
    await expect(defined).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  it('makes tables of folders: lines with entries, and Parquet', async () => {
    const { engine, statements } = await startFixture();
    const columns = [
      { name: 'kind', type: 'varchar' },
      { name: 'impression', type: 'varchar array' },
      { name: 'attributes', type: 'json' },
    ] as const;
    const folders = [{ folder: 'upstream/p/dt=2026-11-20/', objects: [] }];
    await engine.defineTable({ name: 'upstream_lines', format: 'json-lines', columns, folders });
    const [dropped, created, added, view] = statements();
    expect(dropped).toBe('DROP TABLE IF EXISTS `upstream_lines_lines`');
    expect(created).toContain(
      'CREATE EXTERNAL TABLE IF NOT EXISTS `upstream_lines_lines` (`line` string) PARTITIONED BY',
    );
    expect(added).toBe(
      "ALTER TABLE `upstream_lines_lines` ADD IF NOT EXISTS PARTITION (`affinity_part` = '0') " +
        "LOCATION 's3://lake/upstream/p/dt=2026-11-20/'",
    );
    expect(view).toBe(
      'CREATE OR REPLACE VIEW "upstream_lines" AS SELECT line, TRY(CAST(json_parse(line) AS ' +
        'ROW("kind" VARCHAR, "impression" ARRAY(VARCHAR), "attributes" JSON))) AS entry FROM "upstream_lines_lines"',
    );
    await engine.defineTable({ name: 'events', format: 'parquet', columns: eventColumns, folders: [] });
    expect(statements().at(-1)).toMatch(
      /^CREATE OR REPLACE VIEW "events" AS SELECT "stream_partition", .* FROM "events_files"$/,
    );
    expect(statements().at(-2)).toMatch(/`impression` array<string>.* STORED AS PARQUET LOCATION/);
  });

  it('unloads the query files as they are, and tells what was written', async () => {
    const { engine, statements } = await startFixture(({ sql }, store) => ({
      effect: async () => {
        if (!sql.startsWith('UNLOAD')) return;
        await store.put('lake/p/events/x/part-0', { body: Buffer.from('abc'), contentType: '', metadata: {} });
      },
    }));
    const sha256 = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
    const unloaded = await engine.unload(lakeQueries.typedEvents, 'lake/p/events/x/');
    expect(unloaded).toEqual([{ key: 'lake/p/events/x/part-0', bytes: 3, sha256 }]);
    expect(statements()).toEqual([
      `UNLOAD (${lakeQueries.typedEvents}) TO 's3://lake/lake/p/events/x/' WITH (format = 'PARQUET', compression = 'ZSTD')`,
    ]);
  });

  it('registers a day of a table and points it at its newest folder', async () => {
    const { engine, statements } = await startFixture();
    const folder = 'lake/p/events/dt=2026-11-20/run/';
    await engine.registerDay({ table: 'events', columns: [{ name: 'a', type: 'bigint' }], day: '2026-11-20', folder });
    expect(statements()).toEqual([
      'CREATE DATABASE IF NOT EXISTS `affinity`',
      'CREATE EXTERNAL TABLE IF NOT EXISTS `affinity`.`events` (`a` bigint) PARTITIONED BY (`dt` string) ' +
        "STORED AS PARQUET LOCATION 's3://lake/lake/p/events/'",
      `ALTER TABLE \`affinity\`.\`events\` ADD IF NOT EXISTS PARTITION (\`dt\` = '2026-11-20') LOCATION 's3://lake/${folder}'`,
      `ALTER TABLE \`affinity\`.\`events\` PARTITION (\`dt\` = '2026-11-20') SET LOCATION 's3://lake/${folder}'`,
    ]);
  });

  it('leaves nothing of a run behind', async () => {
    const { engine, store, athena, statements } = await startFixture();
    const { output } = athena.queries[0]!;
    const key = `${output.replace('s3://lake/', '')}result.csv`;
    await store.put(key, { body: Buffer.from('"profile_key"\n"ann"\n'), contentType: 'text/csv', metadata: {} });
    await engine.close();
    expect(statements().at(-1)).toMatch(/^DROP DATABASE IF EXISTS `affinity_run_[0-9a-f]{32}` CASCADE$/);
    expect(await store.head(key)).toBeUndefined();
  });
});
