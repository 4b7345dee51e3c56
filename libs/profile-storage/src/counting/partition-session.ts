import { contradicts, contributionOf, type Interaction, type Mark, type Schema } from '@affinity/domain';
import { retry } from '@affinity/service-kit';
import type { CheckpointStore } from '../checkpoint-store';
import type { TileStore } from '../tile-store';
import type { TombstoneStore } from '../tombstone-store';
import type { OpenTile } from './open-tile';
import { runsBetweenErasures, type Erasure, type ReadRecord } from './read-record';
import { ForeignWriteError, sameOwner, TileGroup } from './tile-group';
import { WantedTiles } from './wanted-tiles';

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

/** An interaction that was read, and the tiles that count it. */
interface TiledInteraction {
  readonly interaction: Interaction;
  readonly position: Mark;
  readonly user: OpenTile;
  readonly population: OpenTile;
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
 * S7. What is stored is announced: with the flush that stored it or, where another of its tiles failed, with the next.
 */
export class PartitionSession {
  private readonly users: TileGroup;
  private readonly population: TileGroup;
  /** User tiles that were stored and not announced yet (S7), by name. */
  private readonly unheard = new Map<string, OpenTile>();
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
    for (const run of runsBetweenErasures(records)) {
      const tiled = await retry(() => this.openTiles(run), { attempts: Infinity, signal });
      await retry(() => this.refuseGhosts(tiled), { attempts: Infinity, signal, isRetryable: isUnavailable });
      for (const { interaction, position, user, population } of tiled) {
        const event = { interaction, position, contribution: contributionOf(interaction, this.options.schema) };
        this.population.count(population, event);
        if (this.users.count(user, event)) counted += 1;
      }
      await this.finish(run, signal);
    }
    this.users.evict();
    this.population.evict();
    return counted;
  }

  /** The erasure at the end of a run, and how far that has brought the session. */
  private async finish(run: readonly ReadRecord[], signal: AbortSignal): Promise<void> {
    const erasure = run.at(-1)?.erasure;
    if (erasure === undefined) {
      this.advance(run);
      return;
    }
    // An erasure may take long: what was counted before it is flushed and announced meanwhile.
    this.advance(run.slice(0, -1));
    const last = run.slice(-1);
    for (const { position } of last) await retry(() => this.erase(erasure, position), { attempts: Infinity, signal });
    this.advance(last);
  }

  private advance(records: readonly ReadRecord[]): void {
    const position = records.at(-1)?.position;
    if (position === undefined) return;
    this.folded = { folded: (this.folded?.folded ?? 0) + records.length, position };
    this.idleAt = undefined;
  }

  /** Stores the dirty user tiles (S2) and says so. */
  flushUsers(): Promise<void> {
    return this.alone(() => this.storeUsers());
  }

  private async storeUsers(): Promise<void> {
    const upTo = this.folded;
    await this.users.flush((tile) => this.unheard.set(tile.name, tile));
    if (upTo === undefined || upTo.folded === this.usersFlushed?.folded) return;
    const tiles = [...this.unheard.values()];
    await this.options.onFlushed({ partition: this.options.partition, watermark: upTo.position, tiles });
    this.unheard.clear();
    this.usersFlushed = upTo;
  }

  /** Stores the dirty population tiles (S2). */
  flushPopulation(): Promise<void> {
    return this.alone(async () => {
      const upTo = this.folded;
      await this.population.flush(() => undefined);
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

  /**
   * Moves the checkpoint past messages of other partitions, when nothing of this one is left to fold or store. Does nothing
   * if the session's position is no longer `from`, behind which no message of this partition was found.
   */
  advanceIdle(to: Mark, from: Mark | undefined): Promise<void> {
    return this.alone(async () => {
      if (this.position !== from || this.behind || this.users.dirtyTiles > 0) return;
      await this.writeCheckpoint(to);
      this.idleAt = to;
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
      for (const [name, { key }] of this.unheard) if (sameOwner(key.owner, owner)) this.unheard.delete(name);
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

  private async openTiles(records: readonly ReadRecord[]): Promise<readonly TiledInteraction[]> {
    const wanted = new WantedTiles(this.options);
    for (const { interaction } of records) if (interaction !== undefined) wanted.add(interaction);
    const [populations, users] = await Promise.all([
      this.population.openAll(wanted.populationKeys),
      this.users.openAll(wanted.userKeys),
    ]);
    const tiled: TiledInteraction[] = [];
    for (const { interaction, position } of records) {
      if (interaction === undefined) continue;
      const n = tiled.length;
      const user = at(users, at(wanted.userOf, n));
      const population = at(populations, at(wanted.populationOf, n));
      tiled.push({ interaction, position, user, population });
    }
    return tiled;
  }

  /** S5 */
  private async refuseGhosts(records: readonly TiledInteraction[]): Promise<void> {
    const doubtful = records.filter(
      ({ user, population, position }) => contradicts(user.mark, position) || contradicts(population.mark, position),
    );
    for (const { position } of doubtful) {
      if (await this.options.isStored(position)) continue;
      throw new ForeignWriteError(`a tile that is newer than message ${position.sequence}, which the stream has lost,`);
    }
  }
}

function at<T>(elements: readonly T[], index: number): T {
  const element = elements[index];
  if (element === undefined) throw new RangeError(`no element ${index} of ${elements.length}`);
  return element;
}

function isUnavailable({ code }: { readonly code: string }): boolean {
  return code === 'UNAVAILABLE';
}
