import {
  advance,
  covers,
  dayOf,
  emptyTile,
  EventIdMemory,
  markOfNothing,
  sameMark,
  TileCounter,
} from '@affinity/domain';
import type { Contribution, DayTile, FoldRules, Interaction, Mark, Schema } from '@affinity/domain';
import type { StoredTile, TileHead, TileKey, TileWrite } from '../tile-store';
import { tileExpiryS } from '../tile-expiry';
import type { Tombstone } from '../tombstone-store';

/** How a tile counts: by which schema, within which limits, and whether it remembers event ids. */
export interface CountingRules extends FoldRules {
  /** User tiles refuse a repeated event id; population tiles count stored messages. */
  readonly remembersEventIds: boolean;
}

const bytesPerTile = 2_048;
const bytesPerEventId = 48;
const bytesPerValueByte = 4;

/** An interaction at its place in the stream, and what it adds by the schema of the tiles that count it. */
export interface CountedEvent {
  readonly interaction: Interaction;
  readonly contribution: Contribution;
  readonly position: Mark;
}

/**
 * A tile in the memory of its partition's writer.
 *
 * O1. The tile holds exactly the events at or below its mark, each once.
 * O2. `version` is the version that is stored, 0 when none is; the counter knows the dimensions that the stored one lacks.
 * O3. Of an erased profile nothing is counted that came at or below its tombstone, or happened before it.
 */
export class OpenTile {
  /** Tells the tile from every other. */
  readonly name: string;
  private readonly counter: TileCounter;
  private uncounted = false;
  private bytesTaken: number;

  private constructor(
    readonly key: TileKey,
    private readonly rules: CountingRules,
    private readonly tile: DayTile,
    private readonly eventIds: EventIdMemory,
    private currentMark: Mark,
    private version: number,
    private expiresAtS: number,
    private readonly tombstone: Tombstone | undefined,
  ) {
    this.name = tileName(key);
    this.counter = new TileCounter(tile, rules);
    this.bytesTaken = this.measure();
  }

  /** A tile that nobody has written yet, or that was erased: then it counts only what came and happened after (O3). */
  static empty(key: TileKey, rules: CountingRules, tombstone?: Tombstone): OpenTile {
    return new OpenTile(
      key,
      rules,
      emptyTile(),
      new EventIdMemory(),
      tombstone?.mark ?? markOfNothing,
      0,
      0,
      tombstone,
    );
  }

  /** A tile as the store holds it. */
  static stored(stored: StoredTile, rules: CountingRules, tombstone?: Tombstone): OpenTile {
    const { key, tile, mark, version, expiresAtS } = stored;
    return new OpenTile(
      key,
      rules,
      tile,
      new EventIdMemory(stored.eventIdHashes),
      mark,
      version,
      expiresAtS,
      tombstone,
    );
  }

  /**
   * O4. The first version after an erasure is the erasure's time in microseconds: with a version that there was before, a
   * writer that slept through the erasure could take the new tile for the one that it knew.
   */
  private get firstVersion(): number {
    return Number((this.tombstone?.mark.timestampNs ?? 0n) / 1_000n) + 1;
  }

  /** How far the tile has counted. */
  get mark(): Mark {
    return this.currentMark;
  }

  /** The tile's content, its writer's own: not to be changed. */
  get content(): DayTile {
    this.counter.settle();
    return this.tile;
  }

  /** Whether it holds events that the store lacks. */
  get dirty(): boolean {
    return this.uncounted;
  }

  /** Bytes of memory that it took, about, when it was opened or written last. */
  get bytes(): number {
    return this.bytesTaken;
  }

  /** Counts an event unless it is counted already (O1), by its position or, in a user tile, by its id. */
  count({ interaction, contribution, position }: CountedEvent): boolean {
    if (covers(this.currentMark, position)) return false;
    if (this.tombstone !== undefined && isErased(this.tombstone, interaction, position)) return false; // O3
    if (this.rules.remembersEventIds && !this.eventIds.add(interaction.eventId)) return false;
    this.counter.count(contribution);
    this.currentMark = advance(this.currentMark, position);
    this.expiresAtS = Math.max(this.expiresAtS, expiryOf(this.key, interaction, this.rules.schema));
    this.uncounted = true;
    return true;
  }

  /** The write that stores all that the store lacks; from here on the tile counts as clean. */
  beginWrite(writer: string): TileWrite {
    this.uncounted = false;
    const changed = this.counter.takeChanged();
    this.bytesTaken = this.measure();
    return {
      key: this.key,
      expectedVersion: this.version,
      newVersion: this.version === 0 ? this.firstVersion : this.version + 1,
      changed,
      eventCount: this.tile.eventCount,
      mark: this.currentMark,
      writer,
      eventIdHashes: this.rules.remembersEventIds ? this.eventIds.toArray() : [],
      expiresAtS: this.expiresAtS,
    };
  }

  private measure(): number {
    return bytesPerTile + this.tile.valueBytes * bytesPerValueByte + this.eventIds.size * bytesPerEventId;
  }

  /** The write took place (O2). */
  written(write: TileWrite): void {
    this.version = write.newVersion;
  }

  /** The write may or may not have taken place: all of it is to be written again. */
  unwritten(write: TileWrite): void {
    this.counter.changeAgain(write.changed);
    this.uncounted = true;
  }

  /**
   * What to make of a refused write. Only this writer ever writes under its name, so a stored version that is the next one
   * and bears its name is an earlier attempt of it that had succeeded, perhaps with fewer events.
   */
  reconcile(write: TileWrite, current: TileHead | undefined): 'stored' | 'stored in part' | 'foreign' {
    if (current?.writer !== write.writer || current.version !== write.newVersion) return 'foreign';
    this.version = current.version;
    if (sameMark(current.mark, write.mark)) return 'stored';
    this.unwritten(write);
    return 'stored in part';
  }
}

/** The name of a key's tile. */
export function tileName({ owner, day, region }: TileKey): string {
  return owner.kind === 'user' ? `${day}|${region}|u|${owner.profileKey}` : `${day}|${region}|p|${owner.partition}`;
}

function isErased(tombstone: Tombstone, interaction: Interaction, position: Mark): boolean {
  return interaction.occurredAtMs <= tombstone.erasedAtMs || covers(tombstone.mark, position);
}

function expiryOf(key: TileKey, interaction: Interaction, schema: Schema): number {
  return tileExpiryS(Math.max(key.day, dayOf(interaction.receivedAtMs)), schema);
}
