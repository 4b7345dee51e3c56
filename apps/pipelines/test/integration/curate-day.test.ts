import { eventColumns, type LocalObjectStore, type MutableObjectStore, type SqlRow } from '@affinity/lake';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CurateOptions, CurateOutcome } from '../../src/lake/curate/curate-day';
import { quarantineTable } from '../../src/lake/curate/write-quarantine';
import { eventsTable } from '../../src/lake/events-table';
import { folderOf, readManifest, type TableManifest } from '../../src/lake/table-manifest';
import {
  allRows,
  day,
  erasureLineOf,
  lineOf,
  makeLake,
  nanosecondsOf,
  prefix,
  putEvents,
  putLines,
  type LakeFixture,
} from './upstream-fixture';

describe('curateDay', () => {
  let lake: LakeFixture;
  let store: LocalObjectStore;

  beforeEach(async () => {
    lake = await makeLake();
    ({ store } = lake);
  });

  afterEach(() => lake.remove());

  /** Two days later, so that the day is over. */
  function curate(over: Partial<CurateOptions> = {}): Promise<CurateOutcome> {
    return lake.curate({ repeatDays: 1, nowMs: Date.parse('2026-11-22T00:00:00Z'), ...over });
  }

  async function made(over: Partial<CurateOptions> = {}): Promise<TableManifest> {
    const outcome = await curate(over);
    if (outcome.kind !== 'made') throw new Error(`the day was ${outcome.kind}`);
    return outcome.manifest;
  }

  async function query(manifest: TableManifest, sql: string): Promise<SqlRow[]> {
    const engine = await lake.openEngine();
    try {
      await engine.defineTable({
        name: 'events',
        format: 'parquet',
        columns: eventColumns,
        folders: [folderOf(manifest)],
      });
      return await allRows(engine, sql);
    } finally {
      await engine.close();
    }
  }

  async function keysOf(table: { prefix: string; table: string }): Promise<string[]> {
    const keys: string[] = [];
    for await (const { key } of store.list(`lake/${table.prefix}/${table.table}/dt=`)) keys.push(key);
    return keys;
  }

  it('types every field, to the nanosecond and the bit', async () => {
    const attributes = { price: 0.1 + 0.2, colour: 'ré"d', used: true, tags: ['a', 'b'] };
    const event = { id: 'e1', user: 'ann', sequence: 7, at: '2026-11-20T10:00:00.001Z', attributes, value: 1 / 3 };
    await putEvents(store, [
      { ...event, impression: ['i1', 'i2'] },
      { id: 'e2', session: 's', sequence: 8, at: event.at },
    ]);
    const manifest = await made();
    expect(manifest.counts).toEqual({ lines: 2, events: 2, repeated: 0, erased: 0, erasures: 0, quarantined: 0 });
    const rows = await query(
      manifest,
      `SELECT stream_sequence, stream_ns, profile_key, event_id, user_id, session_id, event_type, item_id, attributes,
         event_value, array_join(impression, ',') AS impression, unknown_item, CAST(occurred_at AS VARCHAR) AS occurred,
         CAST(ROUND(to_unixtime(received_at) * 1000) AS BIGINT) AS received_ms
       FROM events ORDER BY stream_sequence`,
    );
    expect(rows[0]).toEqual({
      stream_sequence: 7n,
      stream_ns: nanosecondsOf(event.at),
      profile_key: 'ann',
      event_id: 'e1',
      user_id: 'ann',
      session_id: null,
      event_type: 'view',
      item_id: 'i1',
      attributes: expect.any(String) as string,
      event_value: 1 / 3,
      impression: 'i1,i2',
      unknown_item: false,
      occurred: '2026-11-20 09:59:59.001',
      received_ms: BigInt(Date.parse(event.at)),
    });
    expect(JSON.parse(String(rows[0]!['attributes']))).toEqual(attributes);
    expect(rows[1]).toMatchObject({ profile_key: 'session:s', user_id: null, session_id: 's', event_value: null });
  });

  it('keeps each event once, that of the lowest sequence, also across objects and days', async () => {
    await putEvents(store, [{ id: 'a', user: 'u', sequence: 1, at: '2026-11-19T23:59:00Z' }]);
    await made({ day: day - 1 });
    const at = '2026-11-20T01:00:00Z';
    await putEvents(store, [
      { id: 'b', user: 'u', sequence: 9, at },
      { id: 'a', user: 'u', sequence: 10, at },
      { id: 'b', user: 'v', sequence: 11, at },
    ]);
    await putEvents(store, [{ id: 'b', user: 'u', sequence: 4, at }], { shard: 1, compression: 'gzip' });
    const manifest = await made();
    expect(manifest.counts).toMatchObject({ lines: 4, events: 2, repeated: 2 });
    const rows = await query(
      manifest,
      'SELECT profile_key, event_id, stream_sequence FROM events ORDER BY profile_key',
    );
    expect(rows).toEqual([
      { profile_key: 'u', event_id: 'b', stream_sequence: 4n },
      { profile_key: 'v', event_id: 'b', stream_sequence: 11n },
    ]);
  });

  it('gives bad lines to the quarantine with the reason, whole, and loses none', async () => {
    const at = '2026-11-20T01:00:00Z';
    const good = lineOf({ id: 'good', user: 'u', sequence: 1, at });
    const change = (over: object) => JSON.stringify({ ...(JSON.parse(good) as object), ...over });
    const bad = [
      '{"kind":"event"',
      '[1,2]',
      'null',
      change({ kind: 'other' }),
      change({ sequence: 'many' }),
      change({ event_id: '' }),
      change({ timestamp: '2026-11-20' }),
      change({ occurred_at: '2026-02-30T00:00:00.000Z' }),
      change({ received_at: null }),
      change({ impression: 'i1' }),
    ];
    await putLines(store, [good, ...bad, erasureLineOf('v', { sequence: 2, at })], { sequence: 1, at });
    const { counts, quarantine } = await made();
    expect(counts).toEqual({ lines: 12, events: 1, repeated: 0, erased: 0, erasures: 1, quarantined: 10 });
    expect(quarantine.reasons).toEqual({
      'not a JSON object, or a field is not of its type': 5,
      'kind is neither event nor erasure': 1,
      'event_id is missing': 1,
      'timestamp is missing or no instant with nanoseconds': 1,
      'occurred_at is missing or no instant': 1,
      'received_at is missing or no instant': 1,
    });
    const engine = await lake.openEngine();
    const columns = [{ name: 'line', type: 'varchar' }] as const;
    await engine.defineTable({
      name: 'q',
      format: 'parquet',
      columns,
      folders: [{ folder: '', objects: quarantine.outputs }],
    });
    expect((await allRows(engine, 'SELECT line FROM q')).map(({ line }) => line).sort()).toEqual([...bad].sort());
    await engine.close();
  });

  it('leaves out what an erased profile did before, and keeps what it did after', async () => {
    const at = '2026-11-20T10:00:00Z';
    const erasedAt = '2026-11-20T10:30:00Z';
    const later = '2026-11-20T11:00:00Z';
    await putEvents(store, [
      { id: 'before', user: 'gone', sequence: 1, at },
      { id: 'late', user: 'gone', sequence: 6, at: later, occurredAt: '2026-11-20T10:29:00Z' },
      { id: 'after', user: 'gone', sequence: 7, at: later },
      { id: 'other', user: 'here', sequence: 2, at },
    ]);
    const mark = { sequence: 5, timestampNs: nanosecondsOf(erasedAt) };
    const tombstone = { mark, erasedAtMs: Date.parse(erasedAt) };
    const erased = { digest: 'one', size: 1, find: (key: string) => (key === 'gone' ? tombstone : undefined) };
    const manifest = await made({ erased });
    expect(manifest.counts).toMatchObject({ events: 2, erased: 2 });
    const rows = await query(manifest, 'SELECT event_id FROM events ORDER BY event_id');
    expect(rows.map(({ event_id }) => event_id)).toEqual(['after', 'other']);
  });

  it('does nothing again, and makes the day anew when its inputs change, leaving no other objects', async () => {
    const at = '2026-11-20T10:00:00Z';
    await putEvents(store, [
      { id: 'a', user: 'u', sequence: 1, at },
      { id: 'a', user: 'u', sequence: 2, at },
    ]);
    const first = await made();
    expect(await curate()).toEqual({ kind: 'unchanged', manifest: first });
    expect(await keysOf(eventsTable(prefix))).toEqual(first.outputs.map(({ key }) => key));
    await putEvents(store, [{ id: 'b', user: 'u', sequence: 3, at }], { shard: 1 });
    await putLines(store, ['bad'], { sequence: 4, at, shard: 2 });
    const second = await made();
    expect(second.run).not.toBe(first.run);
    expect(second.counts).toMatchObject({ events: 2, quarantined: 1 });
    expect(await keysOf(eventsTable(prefix))).toEqual(second.outputs.map(({ key }) => key));
    expect(await keysOf(quarantineTable(prefix))).toHaveLength(1);
    expect(await readdir(join(lake.folder, 'scratch'))).toEqual([]);
  });

  it('makes a day again whose objects are gone, and writes nothing in a dry run', async () => {
    const at = '2026-11-20T10:00:00Z';
    await putEvents(store, [{ id: 'a', user: 'u', sequence: 1, at }]);
    expect(await curate({ dryRun: true })).toEqual({ kind: 'planned', objects: 1, lines: 1 });
    expect(await readManifest(store, eventsTable(prefix), day)).toBeUndefined();
    const first = await made();
    await store.remove(first.outputs[0]!.key);
    expect((await made()).counts).toEqual(first.counts);
  });

  it('makes a table of no rows of a day without events', async () => {
    const manifest = await made();
    expect(manifest.counts).toMatchObject({ lines: 0, events: 0 });
    expect(await query(manifest, 'SELECT event_id FROM events')).toEqual([]);
  });

  it('refuses a day that is not over, unless told', async () => {
    const nowMs = Date.parse('2026-11-21T00:10:00Z');
    await expect(curate({ nowMs })).rejects.toMatchObject({ code: 'FAILED_PRECONDITION' });
    expect((await curate({ nowMs, openDay: true })).kind).toBe('made');
  });

  it('refuses a day before which another must come', async () => {
    await putEvents(store, [{ id: 'a', user: 'u', sequence: 1, at: '2026-11-19T23:59:00Z' }]);
    await expect(curate()).rejects.toThrow('curate 2026-11-19 first');
  });

  it.each([
    ['cut short', (text: string) => text.slice(0, -20)],
    ['changed', (text: string) => text.replace('"e1"', '"e9"')],
  ])('refuses an object that is %s, naming it, and leaves the day as it was', async (_, damage) => {
    const at = '2026-11-20T10:00:00Z';
    const key = await putEvents(store, [
      { id: 'e1', user: 'u', sequence: 1, at },
      { id: 'e2', user: 'u', sequence: 2, at },
    ]);
    const path = store.pathOf(key);
    await writeFile(path, damage(await readFile(path, 'utf8')));
    await expect(curate()).rejects.toMatchObject({
      code: 'FAILED_PRECONDITION',
      message: expect.stringContaining(key) as string,
    });
    expect(await readManifest(store, eventsTable(prefix), day)).toBeUndefined();
  });

  it('refuses an object that something else wrote', async () => {
    const object = { body: Buffer.from('{}\n'), contentType: 'text/plain', metadata: {} };
    await (store as MutableObjectStore).put(`upstream/${prefix}/dt=2026-11-20/hr=01/x.ndjson`, object);
    await expect(curate()).rejects.toMatchObject({ code: 'FAILED_PRECONDITION' });
  });

  it('splits what is large into several objects', async () => {
    const rows = 130_000; // An object ends with a group of rows, of which DuckDB makes 122,880.
    const at = '2026-11-20T10:00:00Z';
    const line = lineOf({ id: 'ID', user: 'u', sequence: 1, at });
    const lines = Array.from({ length: rows }, (_, i) => line.replace('"ID"', `"e${i}"`));
    await putLines(store, lines, { sequence: 1, at });
    const manifest = await made({ openEngine: () => lake.openEngine({ objectBytes: 1, threads: 1 }) });
    expect(manifest.outputs.length).toBeGreaterThan(1);
    expect(await query(manifest, 'SELECT COUNT(DISTINCT event_id) AS n FROM events')).toEqual([{ n: BigInt(rows) }]);
  });
});
