import { contradicts, dayOf, type Day, type Interaction, type Mark, type Schema } from '@affinity/domain';
import { retry } from '@affinity/service-kit';
import type { CheckpointStore } from '../checkpoint-store';
import type { TileStore } from '../tile-store';
import type { TombstoneStore } from '../tombstone-store';
import type { OpenTile } from './open-tile';
import { ForeignWriteError, placeOf, TileGroup, type TilePlace } from './tile-group';

/** A profile that is to be forgotten. */
export interface Erasure {
  readonly profileKey: string;
  /** When that was asked for, in epoch milliseconds: what happened before counts as absent. */
  readonly requestedAtMs: number;
}

/** What a partition's writer works with. */
export interface PartitionSessionOptions {
  readonly partition: number;
  readonly region: string;
  readonly schema: Schema;
  readonly tiles: TileStore;
  readonly checkpoints: CheckpointStore;
  readonly tombstones: TombstoneStore;
  /** Unique to this session: conditions tell its own writes by it. */
  readonly writer: string;
  /** Bytes of clean tiles kept in memory, about. */
  readonly maxOpenBytes: number;
  /** Whether the stream holds, now, the very message of a position. */
  readonly isStored: (position: Mark) => Promise<boolean>;
  /** Called after each flush of user tiles, before anything else learns of it. */
  readonly onFlushed: (flush: UserFlush) => Promise<void>;
  /** Called when a profile's tiles are gone, before later events are counted. */
  readonly onErased: (profileKey: string) => Promise<void>;
}

/** What became visible in the store. */
export interface UserFlush {
  readonly partition: number;
  /** The last event of the partition that is visible in every user's tile. */
  readonly watermark: Mark;
  readonly tiles: readonly OpenTile[];
}

/** A message that was read: an interaction to count, a profile to erase, or one that was dealt with otherwise. */
export interface ReadRecord {
  readonly position: Mark;
  readonly interaction?: Interaction;
  readonly erasure?: Erasure;
}

/** A record, and the tiles that count it. */
interface PlacedRecord extends ReadRecord {
  readonly places: { readonly user: TilePlace; readonly population: TilePlace } | undefined;
}

interface Progress {
  /** Messages folded so far in this session: orders positions whatever their sequences are. */
  readonly folded: number;
  readonly position: Mark;
}

/**
 * One life of a partition's writer, from a stored checkpoint until it is dropped.
 *
 * S1. Records are folded in the order in which they were read, each in its user's day tile and in the population's.
 * S2. User tiles and population tiles are flushed each at their own pace; what is stored carries its own mark.
 * S3. The checkpoint moves only to positions at or below which every state is stored, and only from its last known version.
 * S4. An erasure takes its place in the order: it removes what was counted before it and leaves a tombstone. No flush is
 *     under way meanwhile.
 * S5. A record that contradicts the mark of its tile is counted only if the stream still holds it: a session that was asleep
 *     while the stream was rolled back has messages of the lost part, which others may have counted already.
 * S6. After ForeignWriteError the session must be dropped: its memory can no longer be trusted.
 */
export class PartitionSession {
  private readonly users: TileGroup;
  private readonly population: TileGroup;
  private folded: Progress | undefined;
  private usersFlushed: Progress | undefined;
  private populationFlushed: Progress | undefined;
  private busy: Promise<void> = Promise.resolve();
  private resumedAt: Mark | undefined;
  private idleAt: Mark | undefined;
  private checkpointed = 0;
  private checkpointVersion = 0;

  constructor(private readonly options: PartitionSessionOptions) {
    const { tiles: store, tombstones, schema, writer, maxOpenBytes: maxBytes } = options;
    this.users = new TileGroup({ store, tombstones, writer, maxBytes, rules: { schema, remembersEventIds: true } });
    const limits = { cap: schema.populationCap, sketches: true };
    this.population = new TileGroup({
      store,
      tombstones,
      writer,
      maxBytes,
      rules: { schema, limits, remembersEventIds: false },
    });
  }

  /** The stored checkpoint; its version is remembered for S3. Undefined before the first. */
  async loadCheckpoint(): Promise<Mark | undefined> {
    const stored = await this.options.checkpoints.read(this.options.partition);
    this.checkpointVersion = stored?.version ?? 0;
    this.resumedAt = stored?.mark;
    return stored?.mark;
  }

  /** User tiles that the store lacks events of. */
  get dirtyTiles(): number {
    return this.users.dirtyTiles;
  }

  /** Whether anything was folded since the last flush of user tiles. */
  get unannounced(): boolean {
    return (this.folded?.folded ?? 0) > (this.usersFlushed?.folded ?? 0);
  }

  /** Whether anything was folded that no checkpoint covers yet. */
  get behind(): boolean {
    return (this.folded?.folded ?? 0) > this.checkpointed;
  }

  /** Folds records (S1), trying until the store answers or the signal aborts. Returns how many were new to their user's tile. */
  async fold(records: readonly ReadRecord[], signal: AbortSignal): Promise<number> {
    let counted = 0;
    for (const run of runsBetweenErasures(this.place(records))) {
      await retry(() => this.load(run), { attempts: Infinity, signal });
      await retry(() => this.refuseGhosts(run), { attempts: Infinity, signal, isRetryable: isUnavailable });
      for (const record of run) {
        const { position, erasure } = record;
        if (this.count(record)) counted += 1;
        if (erasure !== undefined) await retry(() => this.erase(erasure, position), { attempts: Infinity, signal });
        this.folded = { folded: (this.folded?.folded ?? 0) + 1, position };
        this.idleAt = undefined;
      }
    }
    this.users.evict();
    this.population.evict();
    return counted;
  }

  /** Stores the dirty user tiles (S2) and says so. */
  flushUsers(): Promise<void> {
    return this.alone(() => this.storeUsers());
  }

  private async storeUsers(): Promise<void> {
    const upTo = this.folded;
    const tiles = await this.users.flush();
    if (upTo === undefined || upTo.folded === this.usersFlushed?.folded) return;
    this.usersFlushed = upTo;
    await this.options.onFlushed({ partition: this.options.partition, watermark: upTo.position, tiles });
  }

  /** Stores the dirty population tiles (S2). */
  flushPopulation(): Promise<void> {
    return this.alone(async () => {
      const upTo = this.folded;
      await this.population.flush();
      this.populationFlushed = upTo;
    });
  }

  /** Moves the checkpoint as far as S3 allows. */
  saveCheckpoint(): Promise<void> {
    return this.alone(() => this.checkpointSafely());
  }

  private async checkpointSafely(): Promise<void> {
    const { usersFlushed, populationFlushed } = this;
    if (usersFlushed === undefined || populationFlushed === undefined) return;
    const safe = usersFlushed.folded < populationFlushed.folded ? usersFlushed : populationFlushed;
    if (safe.folded <= this.checkpointed) return;
    await this.writeCheckpoint(safe.position);
    this.checkpointed = safe.folded;
  }

  /** Moves the checkpoint past messages of other partitions, when nothing of this one is left to fold or store. */
  advanceIdle(position: Mark): Promise<void> {
    return this.alone(async () => {
      if (this.behind || this.users.dirtyTiles > 0) return;
      await this.writeCheckpoint(position);
      this.idleAt = position;
    });
  }

  /** The last position of the stream that is known to be dealt with; undefined before the first. */
  get position(): Mark | undefined {
    return this.idleAt ?? this.folded?.position ?? this.resumedAt;
  }

  /** S4 */
  private erase({ profileKey, requestedAtMs }: Erasure, mark: Mark): Promise<void> {
    return this.alone(async () => {
      const { tombstones, tiles, onErased } = this.options;
      const owner = { kind: 'user', profileKey } as const;
      await tombstones.write(profileKey, { mark, erasedAtMs: requestedAtMs });
      await tiles.eraseOwner(owner, mark);
      this.users.forget(owner);
      await onErased(profileKey);
    });
  }

  /** One after the other: a flush and an erasure never meet. */
  private alone(operation: () => Promise<void>): Promise<void> {
    const turn = this.busy.then(operation);
    this.busy = turn.catch(() => undefined);
    return turn;
  }

  private async writeCheckpoint(mark: Mark): Promise<void> {
    const { checkpoints, partition, writer } = this.options;
    const version = this.checkpointVersion + 1;
    const written = await checkpoints.write(partition, { mark, version, writer }, this.checkpointVersion);
    if (!written) throw new ForeignWriteError(`the checkpoint of partition ${partition}`);
    this.checkpointVersion = version;
  }

  private async load(records: readonly PlacedRecord[]): Promise<void> {
    const places = records.flatMap((record) => record.places ?? []);
    await Promise.all([
      this.users.load(places.map(({ user }) => user)),
      this.population.load(places.map(({ population }) => population)),
    ]);
  }

  /** S5 */
  private async refuseGhosts(records: readonly PlacedRecord[]): Promise<void> {
    const doubtful = records.filter(({ places, position }) => {
      if (places === undefined) return false;
      const marks = [this.users.markOf(places.user), this.population.markOf(places.population)];
      return marks.some((mark) => mark !== undefined && contradicts(mark, position));
    });
    for (const { position } of doubtful) {
      if (await this.options.isStored(position)) continue;
      throw new ForeignWriteError(`a tile that is newer than message ${position.sequence}, which the stream has lost,`);
    }
  }

  private count({ interaction, places, position }: PlacedRecord): boolean {
    if (interaction === undefined || places === undefined) return false;
    this.population.count({ place: places.population, interaction, position });
    return this.users.count({ place: places.user, interaction, position });
  }

  private place(records: readonly ReadRecord[]): readonly PlacedRecord[] {
    const { region, partition } = this.options;
    const populationOf = new Map<Day, TilePlace>();
    return records.map((record) => {
      if (record.interaction === undefined) return { ...record, places: undefined };
      const { profileKey, occurredAtMs } = record.interaction;
      const day = dayOf(occurredAtMs);
      const population = populationOf.get(day) ?? placeOf({ owner: { kind: 'population', partition }, day, region });
      populationOf.set(day, population);
      const user = placeOf({ owner: { kind: 'user', profileKey }, day, region });
      return { ...record, places: { user, population } };
    });
  }
}

/** Records in runs that each end with an erasure or the last record: what comes after an erasure is loaded after it. */
function* runsBetweenErasures<R extends ReadRecord>(records: readonly R[]): Generator<readonly R[]> {
  let from = 0;
  for (const [i, { erasure }] of records.entries()) {
    if (erasure === undefined) continue;
    yield records.slice(from, i + 1);
    from = i + 1;
  }
  if (from < records.length) yield records.slice(from);
}

function isUnavailable({ code }: { readonly code: string }): boolean {
  return code === 'UNAVAILABLE';
}
