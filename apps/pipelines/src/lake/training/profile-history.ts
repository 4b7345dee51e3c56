import {
  dayOf,
  emptyTile,
  foldInteraction,
  refusalOf,
  type DatedTile,
  type Day,
  type DayTile,
  type Interaction,
  type Schema,
} from '@affinity/domain';
import { tileExpiryS } from '@affinity/profile-storage';

const secondsPerDay = 86_400;

/**
 * One profile's past, counted as the live writer counts it: event by event in the order of the stream, each in the tile of its
 * day.
 *
 * H1. What is told of an interaction is made only of events that stood before it in the stream and did not happen after it.
 * H2. Events that the live writer refuses, for their type or age, count for nothing.
 */
export class ProfileHistory {
  private tiles = new Map<Day, DayTile>();
  private events: Interaction[] = [];
  private newestMs = -Infinity;

  constructor(private readonly schema: Schema) {}

  /** How many events it holds; the caller bounds it. */
  get size(): number {
    return this.events.length;
  }

  /** Counts the next event of the stream. */
  add(interaction: Interaction): void {
    if (refusalOf(interaction, this.schema) !== undefined) return; // H2
    this.events.push(interaction);
    this.newestMs = Math.max(this.newestMs, interaction.occurredAtMs);
    count(this.tiles, interaction, this.schema);
  }

  /** The tiles as they were when something happened, by day ascending (H1). Not to be changed or kept past the next `add`. */
  tilesAt(occurredAtMs: number): readonly DatedTile[] {
    if (occurredAtMs >= this.newestMs) return dated(this.tiles);
    // A late event: some of what is counted happened after it.
    const past = new Map<Day, DayTile>();
    for (const event of this.events) if (event.occurredAtMs <= occurredAtMs) count(past, event, this.schema);
    return dated(past);
  }

  /** Forgets what the store would have let expire by a day. */
  expire(today: Day): void {
    const isKept = (day: Day): boolean => tileExpiryS(day, this.schema) >= today * secondsPerDay;
    if ([...this.tiles.keys()].every(isKept)) return;
    this.tiles = new Map([...this.tiles].filter(([day]) => isKept(day)));
    this.events = this.events.filter((event) => isKept(dayOf(event.occurredAtMs)));
  }
}

function count(tiles: Map<Day, DayTile>, interaction: Interaction, schema: Schema): void {
  const day = dayOf(interaction.occurredAtMs);
  const tile = tiles.get(day) ?? emptyTile();
  tiles.set(day, tile);
  foldInteraction(tile, interaction, { schema });
}

function dated(tiles: ReadonlyMap<Day, DayTile>): readonly DatedTile[] {
  return [...tiles].map(([day, tile]) => ({ day, tile })).sort((left, right) => left.day - right.day);
}
