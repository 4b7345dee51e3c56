import type { DayTile } from '@affinity/domain';
import type { StoredTile } from '@affinity/profile-storage';
import { eventWeights, type ChaosEvent } from '../load/chaos-event';
import type { AllowedCount } from './allowed-counts';
import { differencesOf } from './compare-tile';
import { countNaively } from './oracle';

/** What the audit of one kind of tiles found. */
export interface TileAudit {
  readonly tiles: number;
  /** Events counted, each as often as it was. */
  readonly counted: number;
  /** Countings that are missing. */
  readonly lost: number;
  /** Countings too many. */
  readonly double: number;
  /** Tiles whose content is not what their events come to. */
  readonly wrongTiles: number;
  /** The first findings, in words. */
  readonly findings: readonly string[];
}

/** What tiles are held against. */
export interface TileAuditOptions {
  /** Every event that was published, by its id. */
  readonly events: ReadonlyMap<string, ChaosEvent>;
  readonly allowed: ReadonlyMap<string, AllowedCount>;
  /** Whose tile an event belongs to, as {@link ownerOf} names it. */
  readonly ownerOfEvent: (event: ChaosEvent) => string;
}

const dayMs = 86_400_000;
const keptFindings = 20;

/**
 * Holds tiles against the events that they may have counted. Each tile says which events it counted and how often; those
 * have to be allowed, its own and of its day, and all else in it has to be what a plain loop over just those gives.
 */
export function auditTiles(tiles: Iterable<StoredTile>, options: TileAuditOptions): TileAudit {
  const findings: string[] = [];
  const counts = new Map<string, number>();
  let [seen, wrongTiles] = [0, 0];
  for (const { key, tile } of tiles) {
    seen += 1;
    const where = `${ownerOf(key.owner)} on day ${key.day}`;
    const counted = countedEvents(tile, { place: { owner: ownerOf(key.owner), day: key.day }, options });
    for (const [eventId, times] of counted.times) counts.set(eventId, (counts.get(eventId) ?? 0) + times);
    const wrong = [...counted.problems, ...differencesOf(countNaively(repeated(counted.times, options.events)), tile)];
    if (wrong.length > 0) wrongTiles += 1;
    findings.push(...wrong.map((difference) => `${where}: ${difference}`));
  }
  const { lost, double } = balance(counts, options.allowed, findings);
  const counted = [...counts.values()].reduce((sum, times) => sum + times, 0);
  return { tiles: seen, counted, lost, double, wrongTiles, findings: findings.slice(0, keptFindings) };
}

/** A name for the owner of tiles. */
export function ownerOf(owner: StoredTile['key']['owner']): string {
  return owner.kind === 'user' ? owner.profileKey : `partition ${owner.partition}`;
}

interface Counted {
  readonly times: ReadonlyMap<string, number>;
  readonly problems: readonly string[];
}

interface TilePlace {
  readonly owner: string;
  readonly day: number;
}

/** How often a tile counted each event, by the weight of the event's own id in it. */
function countedEvents(
  tile: DayTile,
  { place, options }: { readonly place: TilePlace; readonly options: TileAuditOptions },
): Counted {
  const ids = tile.dimensions.get('event');
  if (ids?.kind !== 'categorical') return { times: new Map(), problems: ['no event ids'] };
  const problems = ids.otherWeight === 0 ? [] : ['holds more event ids than its cap'];
  const times = new Map<string, number>();
  for (const [eventId, weight] of ids.weights) {
    const event = options.events.get(eventId);
    if (event === undefined || !belongs(event, place, options)) problems.push(`${eventId} does not belong there`);
    else times.set(eventId, weight / (eventWeights[event.eventType] ?? NaN));
  }
  return { times, problems };
}

function belongs(event: ChaosEvent, { owner, day }: TilePlace, { ownerOfEvent }: TileAuditOptions): boolean {
  return ownerOfEvent(event) === owner && Math.floor(event.occurredAtMs / dayMs) === day;
}

function* repeated(
  times: ReadonlyMap<string, number>,
  events: ReadonlyMap<string, ChaosEvent>,
): Generator<ChaosEvent, void, undefined> {
  for (const [eventId, count] of times) {
    const event = events.get(eventId);
    for (let i = 0; event !== undefined && i < count; i += 1) yield event;
  }
}

function balance(
  counts: ReadonlyMap<string, number>,
  allowed: ReadonlyMap<string, AllowedCount>,
  findings: string[],
): { readonly lost: number; readonly double: number } {
  let [lost, double] = [0, 0];
  for (const eventId of new Set([...allowed.keys(), ...counts.keys()])) {
    const { least, most } = allowed.get(eventId) ?? { least: 0, most: 0 };
    const count = counts.get(eventId) ?? 0;
    lost += Math.max(0, least - count);
    double += Math.max(0, count - most);
    if (count < least || count > most) findings.push(`${eventId} is counted ${count} times, not ${least} to ${most}`);
  }
  return { lost, double };
}
