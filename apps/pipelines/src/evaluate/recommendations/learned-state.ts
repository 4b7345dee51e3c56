import {
  type DatedTile,
  dayOf,
  type DayTile,
  emptyTile,
  type EnsembleModel,
  foldInteraction,
  type Schema,
  type ScoredItem,
  train,
} from '@affinity/domain';
import { byPopularity, type Meetings } from './item-popularity';
import type { ReplayedEvent } from './replayed-event';

const dayMs = 86_400_000;

/** What the training part leaves behind, by the code that serves live. */
export interface LearnedState {
  readonly model: EnsembleModel;
  /** Each visitor's day tiles. */
  readonly tilesOf: ReadonlyMap<string, readonly DatedTile[]>;
  readonly population: DayTile;
  /** The items that each visitor met. */
  readonly seenBy: ReadonlyMap<string, ReadonlySet<string>>;
  /** All items met, and when each time. */
  readonly metAt: Meetings;
  /** All items met, most often met first. */
  readonly popular: readonly ScoredItem[];
}

/** Replays the training part. */
export function learn(training: readonly ReplayedEvent[], schema: Schema): LearnedState {
  const tilesOf = new Map<string, Map<number, DayTile>>();
  const seenBy = new Map<string, Set<string>>();
  const metAt = new Map<string, number[]>();
  const population = emptyTile();
  for (const { itemId, interaction } of training) {
    const { profileKey, occurredAtMs } = interaction;
    foldInteraction(tileOf(tilesOf, profileKey, occurredAtMs), interaction, { schema });
    foldInteraction(population, interaction, { schema, limits: { cap: schema.populationCap } });
    entry(seenBy, profileKey, () => new Set<string>()).add(itemId);
    entry(metAt, itemId, (): number[] => []).push(occurredAtMs);
  }
  return {
    model: trainedModel(training),
    tilesOf: new Map(
      [...tilesOf].map(([profileKey, tiles]) => [profileKey, [...tiles].map(([day, tile]) => ({ day, tile }))]),
    ),
    population,
    seenBy,
    metAt,
    popular: byPopularity(metAt),
  };
}

/** Nothing is forgotten for want of room: the limits are those of the data. */
function trainedModel(training: readonly ReplayedEvent[]): EnsembleModel {
  const items = new Set(training.map(({ itemId }) => itemId)).size;
  const visitors = new Set(training.map(({ interaction }) => interaction.profileKey)).size;
  const limits = {
    maxItems: items + 1,
    maxVisitors: visitors + 1,
    maxVisitsPerVisitor: 200,
    popularityHalfLifeMs: 14 * dayMs,
  };
  const events = training.map(({ modelEvent }) => modelEvent);
  return train(events, { limits }).model;
}

function tileOf(tilesOf: Map<string, Map<number, DayTile>>, profileKey: string, atMs: number): DayTile {
  const tiles = entry(tilesOf, profileKey, () => new Map<number, DayTile>());
  return entry(tiles, dayOf(atMs), emptyTile);
}

function entry<K, V>(map: Map<K, V>, key: K, create: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const created = create();
  map.set(key, created);
  return created;
}
