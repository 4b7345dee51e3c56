import { toAttributes } from '@affinity/contracts';
import { parseDay, partitionOf, profileKeyOf, type AttributeValue } from '@affinity/domain';
import {
  erasureLine,
  eventLine,
  LocalObjectStore,
  openDuckDbEngine,
  toMetadata,
  upstreamKey,
  type Compression,
  type MutableObjectStore,
  type SqlEngine,
  type SqlRow,
} from '@affinity/lake';
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { TombstoneSet } from '@affinity/profile-storage';
import { curateDay, type CurateOptions, type CurateOutcome } from '../../src/lake/curate/curate-day';

/** The data set of these tests. */
export const prefix = 'crm/clicks';
/** Partitions of these tests. */
export const partitions = 4;

/** What tests say of an event; the rest is made up. */
export interface TestEvent {
  readonly id: string;
  readonly user?: string;
  readonly session?: string;
  readonly type?: string;
  readonly item?: string;
  readonly sequence: number;
  /** When the stream stored it. */
  readonly at: string;
  /** Default: a second before. */
  readonly occurredAt?: string;
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
  readonly value?: number;
  readonly impression?: readonly string[];
  readonly recommendationId?: string;
}

/** The day of these tests. */
export const day = parseDay('2026-11-20')!;
/** A deployment that erased nobody. */
export const nobody: TombstoneSet = { digest: 'nobody', size: 0, find: () => undefined };

/** A lake in a folder of a test's own. */
export interface LakeFixture {
  /** For scratch files and results. */
  readonly folder: string;
  readonly store: LocalObjectStore;
  /** For commands that work on the lake, with the schema that a test has put into the folder as `schema.yaml`. */
  readonly environment: Readonly<Record<string, string>>;
  openEngine(over?: Partial<Parameters<typeof openDuckDbEngine>[0]>): Promise<SqlEngine>;
  /** Curates {@link day}, unless told otherwise. */
  curate(over?: Partial<CurateOptions>): Promise<CurateOutcome>;
  remove(): Promise<void>;
}

/** Makes an empty lake. */
export async function makeLake(): Promise<LakeFixture> {
  const folder = await mkdtemp(join(tmpdir(), 'affinity-lake-'));
  const store = new LocalObjectStore(join(folder, 'lake'));
  const openEngine: LakeFixture['openEngine'] = (over = {}) =>
    openDuckDbEngine({
      store,
      pathInPlace: (key) => store.pathOf(key),
      scratchFolder: join(folder, 'scratch'),
      ...over,
    });
  return {
    folder,
    store,
    environment: {
      AFFINITY_SCHEMA_FILE: join(folder, 'schema.yaml'),
      AFFINITY_LAKE_DESTINATION: pathToFileURL(join(folder, 'lake')).href,
      AFFINITY_LAKE_PREFIX: prefix,
      AFFINITY_SCRATCH_FOLDER: folder,
    },
    openEngine,
    curate: (over = {}) =>
      curateDay({
        store,
        openEngine,
        prefix,
        day,
        repeatDays: 0,
        erased: nobody,
        nowMs: Date.parse('2026-12-01T00:00:00Z'),
        progress: () => undefined,
        ...over,
      }),
    remove: () => rm(folder, { recursive: true }),
  };
}

/** Epoch nanoseconds of an instant. */
export function nanosecondsOf(at: string): bigint {
  return BigInt(Date.parse(at)) * 1_000_000n;
}

/** The line that the lake sink writes for an event. */
export function lineOf(event: TestEvent): string {
  const receivedAt = new Date(event.at);
  const actor = { userId: event.user ?? '', sessionId: event.session ?? '' };
  const recorded = {
    eventId: event.id,
    ...actor,
    eventType: event.type ?? 'view',
    itemId: event.item ?? 'i1',
    occurredAt: new Date(event.occurredAt ?? receivedAt.getTime() - 1_000),
    attributes: toAttributes(new Map(Object.entries(event.attributes ?? {}))),
    ...(event.value === undefined ? {} : { eventValue: event.value }),
    recommendationId: event.recommendationId ?? '',
    impression: [...(event.impression ?? [])],
  };
  const partition = partitionOf(profileKeyOf(actor) ?? '', partitions);
  const place = { partition, position: { sequence: event.sequence, timestampNs: nanosecondsOf(event.at) } };
  const line = eventLine(place, { event: recorded, receivedAt, unknownItem: false });
  if (line === undefined) throw new RangeError(`event ${event.id} has no actor`);
  return line;
}

/** The line of an erasure. */
export function erasureLineOf(
  user: string,
  { sequence, at }: { readonly sequence: number; readonly at: string },
): string {
  const place = { partition: partitionOf(user, partitions), position: { sequence, timestampNs: nanosecondsOf(at) } };
  return erasureLine(place, { profileKey: user, requestedAt: new Date(at) })!;
}

/** Where an object of lines begins. */
export interface ObjectStart {
  readonly sequence: number;
  readonly at: string;
  readonly shard?: number;
  readonly compression?: Compression;
}

/** Stores lines as the lake sink does. Returns the key. */
export async function putLines(
  store: MutableObjectStore,
  lines: readonly string[],
  { sequence, at, shard = 0, compression = 'none' }: ObjectStart,
): Promise<string> {
  const text = Buffer.from(lines.map((line) => `${line}\n`).join(''));
  const first = { sequence, timestampNs: nanosecondsOf(at) };
  const sha256 = createHash('sha256').update(text).digest('hex');
  const metadata = toMetadata({ first, last: first, count: lines.length, sha256 });
  const key = upstreamKey({ prefix, shard, compression }, first);
  const body = compression === 'gzip' ? gzipSync(text) : text;
  await store.put(key, { body, contentType: 'application/x-ndjson', metadata });
  return key;
}

/** Stores events as the lake sink does, in one object that begins with the first. */
export async function putEvents(
  store: MutableObjectStore,
  events: readonly TestEvent[],
  over: Partial<ObjectStart> = {},
): Promise<string> {
  const { sequence, at } = events[0]!;
  return putLines(store, events.map(lineOf), { sequence, at, ...over });
}

/** All rows of a query. */
export async function allRows(engine: SqlEngine, sql: string): Promise<SqlRow[]> {
  const found: SqlRow[] = [];
  for await (const row of engine.rows(sql)) found.push(row);
  return found;
}
