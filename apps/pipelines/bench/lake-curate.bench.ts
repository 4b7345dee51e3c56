/*
 * `affinity lake curate` of a day against DuckDB's bare COPY of the same lines to the same kind of Parquet, which verifies
 * nothing, finds no repeats and knows no erased users. Both have the same threads and memory.
 */
import { parseDay } from '@affinity/domain';
import { LocalObjectStore, openDuckDbEngine, toMetadata, upstreamKey } from '@affinity/lake';
import { alternate, median, reportBenchmark } from '@affinity/testing';
import { DuckDBInstance } from '@duckdb/node-api';
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { curateDay } from '../src/lake/curate/curate-day';

const prefix = 'crm/clicks';
const objects = 20;
const linesPerObject = 50_000;
const lines = objects * linesPerObject;
const rounds = 5;
const memoryBytes = 1024 * 1024 * 1024;
const day = parseDay('2026-11-20') ?? 0;

interface Lake {
  readonly folder: string;
  readonly store: LocalObjectStore;
}

function lineOf(i: number): string {
  const user = `user-${(i * 7_919) % 50_000}`;
  return JSON.stringify({
    kind: 'event',
    partition: i % 32,
    sequence: i + 1,
    timestamp: `2026-11-20T10:00:00.${String(i % 1_000_000_000).padStart(9, '0')}Z`,
    profile_key: user,
    event_id: `event-${i}`,
    user_id: user,
    session_id: `session-${i % 9_973}`,
    event_type: 'view',
    item_id: `item-${(i * 31) % 9_000}`,
    occurred_at: '2026-11-20T09:59:59.999Z',
    received_at: '2026-11-20T10:00:00.001Z',
    attributes: { colour: 'red', price: 9_400.5 + (i % 100), body: 'van', year: 2_019, tags: ['a', 'b'] },
    event_value: null,
    recommendation_id: null,
    impression: [],
    unknown_item: false,
  });
}

async function putObject(store: LocalObjectStore, number: number): Promise<string> {
  const from = number * linesPerObject;
  const text = Array.from({ length: linesPerObject }, (_, i) => `${lineOf(from + i)}\n`).join('');
  const body = Buffer.from(text);
  const first = { sequence: from + 1, timestampNs: 1_795_168_800_000_000_000n + BigInt(number) };
  const sha256 = createHash('sha256').update(body).digest('hex');
  const key = upstreamKey({ prefix, shard: 0, compression: 'none' }, first);
  const metadata = toMetadata({ first, last: first, count: linesPerObject, sha256 });
  await store.put(key, { body, contentType: 'application/x-ndjson', metadata });
  return store.pathOf(key);
}

async function curate({ folder, store }: Lake): Promise<number> {
  const startedAt = performance.now();
  const outcome = await curateDay({
    store,
    openEngine: () =>
      openDuckDbEngine({ store, pathInPlace: (key) => store.pathOf(key), scratchFolder: folder, memoryBytes }),
    prefix,
    day,
    repeatDays: 0,
    // A digest of its own each time: otherwise there would be nothing to do.
    erased: { digest: String(startedAt), size: 0, find: () => undefined },
    nowMs: Date.parse('2026-12-01T00:00:00Z'),
    progress: () => undefined,
  });
  if (outcome.kind !== 'made' || outcome.manifest.counts['events'] !== lines) throw new Error('a line was lost');
  return (performance.now() - startedAt) / 1_000;
}

const columns = `{kind: 'VARCHAR', partition: 'INTEGER', sequence: 'BIGINT', timestamp: 'VARCHAR', profile_key: 'VARCHAR',
  event_id: 'VARCHAR', user_id: 'VARCHAR', session_id: 'VARCHAR', event_type: 'VARCHAR', item_id: 'VARCHAR',
  occurred_at: 'TIMESTAMP', received_at: 'TIMESTAMP', attributes: 'JSON', event_value: 'DOUBLE',
  recommendation_id: 'VARCHAR', impression: 'VARCHAR[]', unknown_item: 'BOOLEAN'}`;

async function bareCopy({ folder }: Lake, paths: readonly string[]): Promise<number> {
  const startedAt = performance.now();
  const instance = await DuckDBInstance.create(':memory:', {
    memory_limit: `${memoryBytes / 1024}KiB`,
    preserve_insertion_order: 'false',
  });
  const connection = await instance.connect();
  const files = paths.map((path) => `'${path}'`).join(', ');
  const source = `read_json([${files}], format = 'newline_delimited', columns = ${columns})`;
  await connection.run(`COPY (SELECT * FROM ${source}) TO '${join(folder, 'bare.parquet')}' (COMPRESSION zstd)`);
  connection.closeSync();
  instance.closeSync();
  return (performance.now() - startedAt) / 1_000;
}

async function measure(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'affinity-bench-'));
  const lake: Lake = { folder, store: new LocalObjectStore(join(folder, 'lake')) };
  try {
    const paths: string[] = [];
    for (let i = 0; i < objects; i += 1) paths.push(await putObject(lake.store, i));
    const sides = { curate: () => curate(lake), bareCopy: () => bareCopy(lake, paths) };
    const seconds = await alternate(sides, rounds);
    const perSecond = (side: keyof typeof sides): number => lines / median(seconds[side]);
    reportBenchmark('lake-curate', [
      {
        what: 'affinity lake curate',
        lines,
        perSecond: perSecond('curate'),
        ofBare: perSecond('curate') / perSecond('bareCopy'),
      },
      { what: 'bare COPY', lines, perSecond: perSecond('bareCopy'), ofBare: 1 },
    ]);
  } finally {
    await rm(folder, { recursive: true });
  }
}

measure().catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exitCode = 1;
});
