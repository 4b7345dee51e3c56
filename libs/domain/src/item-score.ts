import { CategoricalPreference } from './categorical-preference';
import type { DayTile } from './day-tile';
import type { AttributeValue } from './interaction';
import { NumericPreference } from './numeric-preference';
import { rangeLabel } from './range-label';
import type { DeclaredDimension, Dimension } from './schema';
import { studentTLogDensity } from './special-functions';
import { categoriesOf } from './tile-fold';

/** What one dimension adds to an item's score. */
export interface ScoreContribution {
  readonly dimension: string;
  /** The item's value in it, as text. */
  readonly value: string;
  readonly contribution: number;
  /** Posterior probability or density at the value. */
  readonly posterior: number;
  /** The population's probability or density at the value. */
  readonly population: number;
}

/** How well an item fits a user: 0 is neither more nor less than anybody. */
export interface ItemScore {
  readonly score: number;
  /** Standard deviation of the score under the posterior, dimensions taken as independent. */
  readonly deviation: number;
  /** They sum to the score. */
  readonly contributions: readonly ScoreContribution[];
}

/** What one user prefers in each declared dimension. */
export type Preferences = ReadonlyMap<string, DimensionPreference>;

/** What one user prefers in one dimension. */
export type DimensionPreference =
  | { readonly kind: 'categorical'; readonly dimension: DeclaredDimension; readonly preference: CategoricalPreference }
  | { readonly kind: 'numeric'; readonly dimension: DeclaredDimension; readonly preference: NumericPreference };

/** The posterior in each dimension, from a user's folded tiles and the population's. */
export function preferencesOf(own: DayTile, population: DayTile, dimensions: readonly Dimension[]): Preferences {
  const preferences = new Map<string, DimensionPreference>();
  for (const dimension of dimensions) {
    const preference = dimension.kind === 'item' ? undefined : preferenceOf(own, population, dimension);
    if (preference !== undefined) preferences.set(dimension.name, preference);
  }
  return preferences;
}

function preferenceOf(
  own: DayTile,
  population: DayTile,
  dimension: DeclaredDimension,
): DimensionPreference | undefined {
  const mine = own.dimensions.get(dimension.name);
  const everybodys = population.dimensions.get(dimension.name);
  if (dimension.kind === 'numeric') {
    const preference = NumericPreference.of(
      mine?.kind === 'numeric' ? mine : undefined,
      everybodys?.kind === 'numeric' ? everybodys : undefined,
      dimension.priorStrength,
    );
    return preference && { kind: 'numeric', dimension, preference };
  }
  const preference = new CategoricalPreference(
    mine?.kind === 'categorical' ? mine : undefined,
    everybodys?.kind === 'categorical' ? everybodys : undefined,
    dimension.priorStrength,
  );
  return { kind: 'categorical', dimension, preference };
}

/**
 * Weighted sum over the dimensions of log(posterior / population): how much more likely this user is than anybody to
 * favour an item with these attributes. A list contributes the mean of its values, so that many values are no advantage.
 */
export function scoreItem(preferences: Preferences, attributes: ReadonlyMap<string, AttributeValue>): ItemScore {
  const contributions: ScoreContribution[] = [];
  let score = 0;
  let variance = 0;
  for (const entry of preferences.values()) {
    const value = attributes.get(entry.dimension.source);
    const part = value === undefined ? undefined : contributionOf(entry, value);
    if (part === undefined) continue;
    contributions.push(part.contribution);
    score += part.contribution.contribution;
    variance += part.variance;
  }
  return { score, deviation: Math.sqrt(variance), contributions };
}

interface Part {
  readonly contribution: ScoreContribution;
  readonly variance: number;
}

function contributionOf(entry: DimensionPreference, value: AttributeValue): Part | undefined {
  if (entry.kind === 'numeric') {
    return typeof value === 'number' && Number.isFinite(value) ? numericPart(entry, value) : undefined;
  }
  if (entry.dimension.kind === 'range') {
    return typeof value === 'number' ? categoricalPart(entry, [rangeLabel(entry.dimension.edges, value)]) : undefined;
  }
  return categoricalPart(entry, categoriesOf(value));
}

function numericPart(
  { dimension, preference }: Extract<DimensionPreference, { kind: 'numeric' }>,
  value: number,
): Part {
  const { name, rankingWeight } = dimension;
  const contribution: ScoreContribution = {
    dimension: name,
    value: String(value),
    contribution: rankingWeight * preference.logRatio(value),
    posterior: Math.exp(studentTLogDensity(value, preference.predictive)),
    population: Math.exp(studentTLogDensity(value, preference.population)),
  };
  return { contribution, variance: rankingWeight * rankingWeight * preference.logVariance(value) };
}

function categoricalPart(
  { dimension, preference }: Extract<DimensionPreference, { kind: 'categorical' }>,
  values: readonly string[],
): Part | undefined {
  if (values.length === 0) return undefined;
  const { name, rankingWeight } = dimension;
  const share = 1 / values.length;
  const total = { log: 0, variance: 0, posterior: 0, population: 0 };
  for (const value of values) {
    const { probability, population } = preference.of(value);
    total.log += share * Math.log(probability / population);
    total.variance += share * share * preference.logVariance(value);
    total.posterior += share * probability;
    total.population += share * population;
  }
  const contribution: ScoreContribution = {
    dimension: name,
    value: values.join('|'),
    contribution: rankingWeight * total.log,
    posterior: total.posterior,
    population: total.population,
  };
  return { contribution, variance: rankingWeight * rankingWeight * total.variance };
}
