/*
 * `affinity lake export-personalize` of ten million interactions: rows a second, and the most memory that the process took.
 */
import { formatDay, parseDay } from '@affinity/domain';
import { schemaOf } from '@affinity/domain/fixtures';
import { LocalObjectStore, openDuckDbEngine, type SqlEngine } from '@affinity/lake';
import { reportBenchmark } from '@affinity/testing';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportPersonalize } from '../src/lake/export/export-personalize';
import { eventsTable } from '../src/lake/events-table';
import { writeManifest } from '../src/lake/table-manifest';

const prefix = 'crm/clicks';
const rows = 10_000_000;
const day = parseDay('2026-11-20') ?? 0;

const events = `SELECT CAST(i % 32 AS INTEGER) AS stream_partition, i AS stream_sequence, i AS stream_ns,
  'user-' || (i * 7919 % 400000) AS profile_key, 'event-' || i AS event_id, 'user-' || (i * 7919 % 400000) AS user_id,
  CAST(NULL AS VARCHAR) AS session_id, 'view' AS event_type, 'item-' || (i * 31 % 60000) AS item_id,
  TIMESTAMP '2026-11-20 00:00:00' + to_milliseconds(i % 86400000) AS occurred_at,
  TIMESTAMP '2026-11-20 00:00:00' + to_milliseconds(i % 86400000) AS received_at,
  '{"colour":"red"}' AS attributes, CAST(NULL AS DOUBLE) AS event_value, CAST(NULL AS VARCHAR) AS recommendation_id,
  CAST([] AS VARCHAR[]) AS impression, false AS unknown_item FROM range(${rows}) AS numbers(i)`;

async function prepare(store: LocalObjectStore, openEngine: () => Promise<SqlEngine>): Promise<void> {
  const name = eventsTable(prefix);
  const out = `lake/${prefix}/events/dt=${formatDay(day)}/bench/`;
  const engine = await openEngine();
  const outputs = await engine.unload(events, out);
  await engine.close();
  const none = { inputs: [], counts: {}, quarantine: { reasons: {}, outputs: [] } };
  await writeManifest(store, name, {
    table: '',
    day: formatDay(day),
    run: 'bench',
    folder: out,
    engine: 'duckdb',
    outputs,
    ...none,
  });
}

async function measure(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'affinity-bench-'));
  try {
    await measureIn(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function measureIn(folder: string): Promise<void> {
  const store = new LocalObjectStore(join(folder, 'lake'));
  const openEngine = () => openDuckDbEngine({ store, pathInPlace: (key) => store.pathOf(key), scratchFolder: folder });
  const schema = schemaOf({
    version: '1',
    event_types: { view: 1 },
    dimensions: [{ name: 'colour', kind: 'categorical' }],
  });
  await prepare(store, openEngine);
  const startedAt = performance.now();
  const outcome = await exportPersonalize({
    store,
    openEngine,
    prefix,
    schema,
    day,
    columns: { eventType: false, eventValue: false, impressions: false },
    scratchFolder: folder,
    progress: () => undefined,
  });
  const seconds = (performance.now() - startedAt) / 1_000;
  if (outcome.kind !== 'made' || outcome.manifest.counts.interactions !== rows) throw new Error('a row was lost');
  const peakMegabytes = process.resourceUsage().maxRSS / 1_024;
  reportBenchmark('lake-export', [{ what: 'export-personalize', rows, perSecond: rows / seconds, peakMegabytes }]);
}

measure().catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exitCode = 1;
});
