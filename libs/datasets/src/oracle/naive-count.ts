import type { AttributeValue, Schema } from '@affinity/domain';
import type { DatasetInteraction } from '../interaction-rows';

/** One dimension of a naive tile. */
export type NaiveState =
  /** Signed weight and last time of each value or item, in the order in which they first came. Never capped. */
  | { readonly kind: 'weights'; readonly weights: Map<string, { weight: number; lastAtMs: number }> }
  /** Every number with its signed weight, in order. */
  | { readonly kind: 'numbers'; readonly samples: (readonly [value: number, weight: number])[] };

/** What one profile did on one UTC day. */
export interface NaiveTile {
  eventCount: number;
  readonly dimensions: Map<string, NaiveState>;
}

/** Tiles by profile key, then by UTC day as days since 1970-01-01. */
export type NaiveTiles = Map<string, Map<number, NaiveTile>>;

/** What to count, and under which key. */
export interface NaiveCountOptions {
  /** The catalogue, by item id. */
  readonly items: ReadonlyMap<string, ReadonlyMap<string, AttributeValue>>;
  readonly schema: Schema;
  /** Default: the user id, or `session:` and the session id. */
  readonly keyOf?: (interaction: DatasetInteraction) => string;
}

/**
 * The oracle: counts interactions in the plainest way, so that what the system stored can be compared with it. It shares
 * no code with the domain's fold on purpose. A repeated event id of the same profile counts once.
 */
export function countNaively(
  interactions: Iterable<DatasetInteraction>,
  { items, schema, keyOf = profileKey }: NaiveCountOptions,
): NaiveTiles {
  const tiles: NaiveTiles = new Map();
  const seen = new Set<string>();
  for (const event of interactions) {
    const id = JSON.stringify([profileKey(event), event.eventId]);
    if (seen.has(id)) continue;
    seen.add(id);
    countEvent(tileOf(tiles, keyOf(event), Math.floor(event.occurredAtMs / 86_400_000)), { event, items, schema });
  }
  return tiles;
}

function profileKey({ userId, sessionId }: DatasetInteraction): string {
  return userId === '' ? `session:${sessionId}` : userId;
}

function tileOf(tiles: NaiveTiles, key: string, day: number): NaiveTile {
  const days = tiles.get(key) ?? new Map<number, NaiveTile>();
  tiles.set(key, days);
  const tile = days.get(day) ?? { eventCount: 0, dimensions: new Map<string, NaiveState>() };
  days.set(day, tile);
  return tile;
}

interface Counting {
  readonly event: DatasetInteraction;
  readonly items: NaiveCountOptions['items'];
  readonly schema: Schema;
}

function countEvent(tile: NaiveTile, { event, items, schema }: Counting): void {
  tile.eventCount += 1;
  const weight = schema.eventTypes.get(event.eventType)?.weight ?? 0;
  if (weight === 0) return;
  const at = event.occurredAtMs;
  for (const dimension of schema.dimensions) {
    if (dimension.kind === 'item') {
      addWeight(tile, 'item', { value: event.itemId, weight, at });
      continue;
    }
    const value = items.get(event.itemId)?.get(dimension.source);
    if (value === undefined) continue;
    if (dimension.kind === 'categorical') {
      const values = Array.isArray(value) ? new Set(value as readonly string[]) : [String(value)];
      for (const one of values) addWeight(tile, dimension.name, { value: one, weight, at });
    } else if (typeof value === 'number') {
      if (dimension.kind === 'numeric') addNumber(tile, dimension.name, [value, weight]);
      else addWeight(tile, dimension.name, { value: interval(dimension.edges, value), weight, at });
    }
  }
}

function addWeight(tile: NaiveTile, name: string, sample: { value: string; weight: number; at: number }): void {
  const state: NaiveState = tile.dimensions.get(name) ?? { kind: 'weights', weights: new Map() };
  tile.dimensions.set(name, state);
  if (state.kind !== 'weights') return;
  const entry = state.weights.get(sample.value) ?? { weight: 0, lastAtMs: sample.at };
  state.weights.set(sample.value, {
    weight: entry.weight + sample.weight,
    lastAtMs: Math.max(entry.lastAtMs, sample.at),
  });
}

function addNumber(tile: NaiveTile, name: string, sample: readonly [number, number]): void {
  const state: NaiveState = tile.dimensions.get(name) ?? { kind: 'numbers', samples: [] };
  tile.dimensions.set(name, state);
  if (state.kind === 'numbers') state.samples.push(sample);
}

function interval(edges: readonly number[], value: number): string {
  const above = edges.findIndex((edge) => value < edge);
  const upper = above < 0 ? edges.length : above;
  const from = upper === 0 ? '(-inf' : `[${String(edges[upper - 1])}`;
  return `${from},${upper === edges.length ? 'inf' : String(edges[upper])})`;
}
