import {
  CategoricalPreference,
  dayOf,
  emptyTile,
  foldInteraction,
  foldProfile,
  totalVariation,
  type CategoricalState,
  type DatedTile,
  type DayTile,
  type Decay,
  type Interaction,
  type Schema,
} from '@affinity/domain';

/** Probability of each value, by dimension. */
export type TrueDistributions = ReadonlyMap<string, ReadonlyMap<string, number>>;

/** How a preference is made from a visitor's days. */
export interface PreferenceSetting {
  /** Strength of the population's prior; 0: the visitor's raw frequencies, Infinity: the prior alone. */
  readonly priorStrength: number;
  readonly decay: Decay;
}

/** A visitor's interactions, oldest first, as day tiles. */
export function tilesOf(interactions: readonly Interaction[], schema: Schema): readonly DatedTile[] {
  const tiles = new Map<number, DayTile>();
  for (const interaction of interactions) {
    const day = dayOf(interaction.occurredAtMs);
    const tile = tiles.get(day) ?? emptyTile();
    tiles.set(day, tile);
    foldInteraction(tile, interaction, { schema });
  }
  return [...tiles].map(([day, tile]) => ({ day, tile }));
}

/**
 * Mean total variation distance between a visitor's preference and true taste, over the dimensions that the truth names.
 * The preference is as of the visitor's newest day.
 */
export function tasteDistance(
  tiles: readonly DatedTile[],
  { truth, population, setting }: { truth: TrueDistributions; population: DayTile; setting: PreferenceSetting },
): number {
  const last = tiles.reduce((newest, { day }) => Math.max(newest, day), Number.NEGATIVE_INFINITY);
  const { tile } = foldProfile(tiles, { span: { first: Number.NEGATIVE_INFINITY, last }, decay: setting.decay });
  const distances = [...truth].map(([dimension, expected]) => {
    const own = categorical(tile, dimension);
    return totalVariation(preferenceFor(own, categorical(population, dimension), setting.priorStrength), expected);
  });
  return distances.reduce((sum, distance) => sum + distance, 0) / distances.length;
}

function categorical(tile: DayTile, dimension: string): CategoricalState | undefined {
  const state = tile.dimensions.get(dimension);
  return state?.kind === 'categorical' ? state : undefined;
}

/** The largest finite strength is the prior alone; the smallest positive one the raw frequencies. */
function preferenceFor(
  own: CategoricalState | undefined,
  population: CategoricalState | undefined,
  priorStrength: number,
): ReadonlyMap<string, number> {
  const strength = Math.min(Math.max(priorStrength, 1e-9), 1e12);
  const preference = new CategoricalPreference(own, population, strength);
  return new Map([...preference.values()].map((value) => [value, preference.of(value).probability]));
}
