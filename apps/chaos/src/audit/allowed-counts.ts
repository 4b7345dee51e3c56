import type { HeldMessage } from './stream-content';

/** How often an event may be counted, at least and at most. */
export interface AllowedCount {
  readonly least: number;
  readonly most: number;
}

/** What the stream holds at the end, and what it held before it was rolled back. */
export interface StreamHistory {
  readonly held: readonly HeldMessage[];
  /** May contain messages that are still held, and any message more than once. */
  readonly saved: readonly HeldMessage[];
}

/** How often each event that was ever stored may be counted. */
export interface AllowedCounts {
  /** By the tiles of users: once, if the stream holds it; what it lost may have been counted before. */
  readonly users: ReadonlyMap<string, AllowedCount>;
  /** By the tiles of the population, which count stored messages. */
  readonly population: ReadonlyMap<string, AllowedCount>;
  /** Messages that the stream lost. */
  readonly lostMessages: number;
}

/** Derives what may be counted from what was stored. */
export function allowedCounts({ held, saved }: StreamHistory): AllowedCounts {
  const heldPositions = new Set(held.map(positionText));
  const lost = [...new Map(saved.map((message) => [positionText(message), message])).entries()]
    .filter(([position]) => !heldPositions.has(position))
    .map(([, message]) => message);
  const [heldTimes, lostTimes] = [timesOf(held), timesOf(lost)];
  const users = new Map<string, AllowedCount>();
  const population = new Map<string, AllowedCount>();
  for (const eventId of new Set([...heldTimes.keys(), ...lostTimes.keys()])) {
    const [least, more] = [heldTimes.get(eventId) ?? 0, lostTimes.get(eventId) ?? 0];
    users.set(eventId, { least: Math.min(1, least), most: 1 });
    population.set(eventId, { least, most: least + more });
  }
  return { users, population, lostMessages: lost.length };
}

/** Two messages at one sequence are told apart by their times. */
function positionText({ position }: HeldMessage): string {
  return `${position.sequence} ${position.timestampNs}`;
}

function timesOf(messages: readonly HeldMessage[]): ReadonlyMap<string, number> {
  const times = new Map<string, number>();
  for (const { eventId } of messages) times.set(eventId, (times.get(eventId) ?? 0) + 1);
  return times;
}
