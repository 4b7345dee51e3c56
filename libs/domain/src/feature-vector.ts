import { totalWeight } from './categorical-preference';
import type { CategoricalState } from './categorical-state';
import { dayOf, type Day } from './day';
import type { DimensionState } from './day-tile';
import { noDecay } from './decay';
import type { Feature, FeatureStatistic } from './feature-name';
import type { ItemState } from './item-state';
import { netMoments, type NumericState } from './numeric-state';
import { foldProfile, type DatedTile, type FoldedProfile } from './profile-fold';
import { fnv1a32 } from './profile-key';

/** What features are taken from. */
export interface FeatureSource {
  readonly tiles: readonly DatedTile[];
  /** The day that windows end with. */
  readonly today: Day;
  /** The user's own features, of any JSON shape. */
  readonly userFeatures: unknown;
}

/** The value of each feature, in their order; NaN where there is nothing to tell. The same fold serves online and offline. */
export function featureValues(features: readonly Feature[], source: FeatureSource): readonly number[] {
  const folds = new Map<number, FoldedProfile>();
  const foldOf = (days: number): FoldedProfile => {
    const known = folds.get(days);
    if (known !== undefined) return known;
    const folded = foldProfile(source.tiles, {
      span: { first: source.today - days + 1, last: source.today },
      decay: noDecay,
    });
    folds.set(days, folded);
    return folded;
  };
  return features.map((feature) => valueOf(feature, source, foldOf));
}

function valueOf(feature: Feature, source: FeatureSource, foldOf: (days: number) => FoldedProfile): number {
  switch (feature.kind) {
    case 'events':
      return foldOf(feature.days).tile.eventCount;
    case 'recency':
      return recencyOf(source);
    case 'user':
      return numberAt(source.userFeatures, feature.path);
    case 'dimension': {
      const state = foldOf(feature.days).tile.dimensions.get(feature.dimension);
      return state === undefined ? emptyValue(feature.statistic) : statisticOf(state, feature.statistic, source.today);
    }
  }
}

function recencyOf({ tiles, today }: FeatureSource): number {
  const days = tiles.map(({ day }) => day).filter((day) => day <= today);
  return days.length === 0 ? Number.NaN : today - Math.max(...days);
}

function emptyValue({ kind }: FeatureStatistic): number {
  return kind === 'weight' || kind === 'distinct' ? 0 : Number.NaN;
}

function statisticOf(state: DimensionState, statistic: FeatureStatistic, today: Day): number {
  switch (state.kind) {
    case 'numeric':
      return numericStatistic(state, statistic);
    case 'categorical':
      return categoricalStatistic(state, statistic);
    case 'item':
      return itemStatistic(state, statistic, today);
  }
}

function numericStatistic(state: NumericState, { kind }: FeatureStatistic): number {
  const moments = netMoments(state);
  if (moments === undefined) return kind === 'weight' ? 0 : Number.NaN;
  if (kind === 'deviation') return Math.sqrt(moments.m2 / moments.weight);
  return kind === 'weight' || kind === 'mean' || kind === 'min' || kind === 'max' ? moments[kind] : Number.NaN;
}

function categoricalStatistic(state: CategoricalState, statistic: FeatureStatistic): number {
  const total = totalWeight(state);
  const weights = [...state.weights.values()].filter((weight) => weight > 0).sort((left, right) => right - left);
  if (statistic.kind === 'weight') return total;
  if (statistic.kind === 'distinct') return weights.length;
  if (total === 0) return Number.NaN;
  switch (statistic.kind) {
    case 'entropy':
      return weights.reduce((sum, weight) => sum - (weight / total) * Math.log(weight / total), 0);
    case 'top':
      return weights.slice(0, statistic.count).reduce((sum, weight) => sum + weight, 0) / total;
    case 'share':
      return Math.max(0, state.weights.get(statistic.value) ?? 0) / total;
    default:
      return Number.NaN;
  }
}

function itemStatistic(state: ItemState, { kind }: FeatureStatistic, today: Day): number {
  const met = [...state.items.values()].filter(({ weight }) => weight > 0);
  if (kind === 'weight') return met.reduce((sum, { weight }) => sum + weight, 0);
  if (kind === 'distinct') return met.length;
  if (met.length === 0) return Number.NaN;
  return today - dayOf(Math.max(...met.map(({ lastAtMs }) => lastAtMs)));
}

function numberAt(value: unknown, path: readonly string[]): number {
  let at = value;
  for (const step of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, step)) return Number.NaN;
    at = (at as Record<string, unknown>)[step];
  }
  if (typeof at === 'boolean') return at ? 1 : 0;
  return typeof at === 'number' ? at : Number.NaN;
}

/** Tells vectors apart whose features or schema differ. */
export function featureVersion(names: readonly string[], schemaVersion: string): string {
  return `${schemaVersion}-${fnv1a32(names.join('\n')).toString(16).padStart(8, '0')}`;
}
