import { covers, isNoLater, refusalOf, type Mark, type Schema } from '@affinity/domain';
import type { ChainedObject, LakeRecord, ObjectStore } from '@affinity/lake';
import { PartitionSession, type PartitionSessionOptions, type ReadRecord } from '@affinity/profile-storage';
import { AffinityError, retry } from '@affinity/service-kit';
import { randomUUID } from 'node:crypto';
import { readRange, type ReadRange } from './read-range';

/** What a shard is replayed with. */
export interface ShardReplayOptions {
  readonly objects: ObjectStore;
  readonly schema: Schema;
  /** Where the new generation is kept. */
  readonly stores: Pick<PartitionSessionOptions, 'tiles' | 'checkpoints' | 'tombstones' | 'region'>;
  /** Tiles that may wait to be stored, over all partitions of the shard: half of them while the other half is being stored. */
  readonly maxDirtyTiles: number;
  /** Bytes of clean tiles kept in memory, over all partitions of the shard, about. */
  readonly maxOpenBytes: number;
  readonly signal: AbortSignal;
  /** Told after each object how many events it gave to count. */
  readonly onRead: (events: number) => void;
}

/** Which part of the lake. */
export interface ShardHistory {
  readonly partitions: readonly number[];
  /** The shard's objects in stream order, without a gap. */
  readonly chain: readonly ChainedObject[];
  /** A position at or after the last object's end that no message of the shard lies between; undefined: that end. */
  readonly end: Mark | undefined;
}

/** What became of a shard's lines. */
export interface ReplayCounts {
  events: number;
  counted: number;
  refused: number;
}

/**
 * Folds a shard's history into the new generation, from the stored checkpoints to the history's end, where each partition's
 * checkpoint is left. It can be cut at any moment and begun again.
 *
 * H1. Each partition has one session, the same code that counts the stream (S1 to S6): what is stored is what the stream's
 *     writers would have stored at the same position.
 * H2. A checkpoint is written at the end of an object, when all that its partition has up to there is folded and stored.
 * H3. An object begins behind the end of the one before. Where it does not, the stream handed numbers out again after it had
 *     lost some: what of it the live generation counted cannot be told, so the replay refuses.
 * H4. What is dirty is stored while the next objects are read and folded, one save at a time; the sessions allow that (S2, S4).
 */
export async function replayShard(history: ShardHistory, options: ShardReplayOptions): Promise<ReplayCounts> {
  const sessions = new Map(history.partitions.map((partition) => [partition, sessionOf(partition, history, options)]));
  const checkpoints = await Promise.all([...sessions.values()].map((session) => session.loadCheckpoint()));
  const counts: ReplayCounts = { events: 0, counted: 0, refused: 0 };
  const saving = new OneSave();
  let previous: ReadRange | undefined;
  try {
    for (const { key } of unread(history.chain, lowest(checkpoints))) {
      options.signal.throwIfAborted();
      const range = await readRange(options.objects, key);
      requireNext(key, range, previous); // H3
      await foldRange(range, { sessions, options, counts });
      previous = range;
      if (dirtyTiles(sessions) >= options.maxDirtyTiles / 2)
        await saving.begin(() => saveAll(sessions, range.last, options.signal)); // H4
      options.onRead(range.count);
    }
  } finally {
    await saving.over();
  }
  const end = laterOf(previous?.last, history.end);
  if (end !== undefined) await saveAll(sessions, end, options.signal);
  return counts;
}

/** H4 */
class OneSave {
  private underWay: Promise<void> = Promise.resolve();

  /** Begins a save once the one before is over. Rejects when that one failed. */
  async begin(save: () => Promise<void>): Promise<void> {
    await this.underWay;
    this.underWay = save();
    this.underWay.catch(() => undefined); // Thrown by whoever waits for it.
  }

  /** Resolves when nothing is being saved any more. Rejects when the last save failed. */
  over(): Promise<void> {
    return this.underWay;
  }
}

function dirtyTiles(sessions: ReadonlyMap<number, PartitionSession>): number {
  return [...sessions.values()].reduce((sum, session) => sum + session.dirtyTiles, 0);
}

function sessionOf(partition: number, history: ShardHistory, options: ShardReplayOptions): PartitionSession {
  const { schema, stores, maxOpenBytes } = options;
  return new PartitionSession({
    ...stores,
    partition,
    schema,
    writer: `rebuild/${partition}/${randomUUID()}`,
    maxOpenBytes: Math.ceil(maxOpenBytes / history.partitions.length),
    isStored: () => Promise.resolve(true), // H3: what the lake holds, the stream held.
    onFlushed: () => Promise.resolve(),
    onErased: () => Promise.resolve(),
  });
}

/** Undefined while a partition has none. */
function lowest(checkpoints: readonly (Mark | undefined)[]): Mark | undefined {
  let found = checkpoints[0];
  for (const mark of checkpoints) {
    if (mark === undefined) return undefined;
    if (found === undefined || isNoLater(mark, found)) found = mark;
  }
  return found;
}

/** The objects that may hold messages after a position: all but those followed by one that begins at or before it. */
function unread(chain: readonly ChainedObject[], position: Mark | undefined): readonly ChainedObject[] {
  if (position === undefined) return chain;
  return chain.filter((_, i) => {
    const next = chain[i + 1];
    return next === undefined || next.first.sequence > position.sequence;
  });
}

function requireNext(key: string, { first }: ReadRange, previous: ReadRange | undefined): void {
  if (previous === undefined || first.sequence > previous.last.sequence) return;
  throw new AffinityError(
    'FAILED_PRECONDITION',
    `object ${key} begins at sequence ${first.sequence}, but the one before ends at ${previous.last.sequence}: the stream lost its tail in between, and a rebuild cannot reach across that`,
  );
}

interface FoldWork {
  readonly sessions: ReadonlyMap<number, PartitionSession>;
  readonly options: ShardReplayOptions;
  readonly counts: ReplayCounts;
}

async function foldRange({ records }: ReadRange, { sessions, options, counts }: FoldWork): Promise<void> {
  const byPartition = new Map<number, ReadRecord[]>();
  for (const record of records) {
    const session = sessions.get(record.partition);
    if (session === undefined)
      throw new AffinityError('FAILED_PRECONDITION', `partition ${record.partition} is not one of this shard`);
    if (session.position !== undefined && covers(session.position, record.position)) continue;
    const read = toRead(record, options.schema);
    if (record.kind === 'event') counts.events += 1;
    if (record.kind === 'event' && read.interaction === undefined) counts.refused += 1;
    const own = byPartition.get(record.partition) ?? [];
    own.push(read);
    byPartition.set(record.partition, own);
  }
  const fold = async (partition: number, own: readonly ReadRecord[]): Promise<void> => {
    const counted = (await sessions.get(partition)?.fold(own, options.signal)) ?? 0;
    counts.counted += counted;
  };
  await Promise.all([...byPartition].map(([partition, own]) => fold(partition, own)));
}

/** What a line asks for, judged as the stream's writers judge the message. */
function toRead(record: LakeRecord, schema: Schema): ReadRecord {
  const { position } = record;
  if (record.kind === 'erasure') {
    const { profileKey, requestedAtMs } = record;
    return { position, erasure: { profileKey, requestedAtMs } };
  }
  const { interaction } = record;
  if (interaction === undefined || refusalOf(interaction, schema) !== undefined) return { position };
  return { position, interaction };
}

/** H2 */
async function saveAll(
  sessions: ReadonlyMap<number, PartitionSession>,
  position: Mark,
  signal: AbortSignal,
): Promise<void> {
  const patiently = (operation: () => Promise<void>): Promise<void> =>
    retry(operation, { attempts: Infinity, signal, isRetryable: isStoreAway });
  const save = async (session: PartitionSession): Promise<void> => {
    await patiently(() => session.flushUsers());
    await patiently(() => session.flushPopulation());
    await patiently(() => session.saveCheckpoint());
    const reached = session.position;
    if (reached !== undefined && isNoLater(position, reached)) return;
    await patiently(() => session.advanceIdle(position, reached));
  };
  await Promise.all([...sessions.values()].map(save));
}

function isStoreAway({ code }: { readonly code: string }): boolean {
  return code === 'UNAVAILABLE' || code === 'RESOURCE_EXHAUSTED';
}

function laterOf(left: Mark | undefined, right: Mark | undefined): Mark | undefined {
  if (left === undefined || right === undefined) return left ?? right;
  return isNoLater(left, right) ? right : left;
}
