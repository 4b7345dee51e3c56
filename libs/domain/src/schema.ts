/** What an attribute may hold. */
export type AttributeType = 'string' | 'number' | 'bool' | 'list';

/** A kind of interaction. */
export interface EventType {
  readonly name: string;
  /** What one such event adds to a profile; negative takes away, 0 records without counting. */
  readonly weight: number;
  /** Whether an event of this type must name an item. */
  readonly requiresItem: boolean;
}

interface DimensionBase {
  readonly name: string;
  /** The attribute that feeds it. */
  readonly source: string;
  /** Strength of the population's prior, as a weight (kappa). */
  readonly priorStrength: number;
  /** Factor of the dimension in an item's score. */
  readonly rankingWeight: number;
}

/** A distribution over the values of an attribute; a list counts each of its values. */
export interface CategoricalDimension extends DimensionBase {
  readonly kind: 'categorical';
  /** The most values that one day of one user keeps; what comes later goes to the remainder. */
  readonly cap: number;
}

/** A distribution over the intervals between rising edges, and below the first and from the last on. */
export interface RangeDimension extends DimensionBase {
  readonly kind: 'range';
  readonly edges: readonly number[];
}

/** A mean and a variance. */
export interface NumericDimension extends DimensionBase {
  readonly kind: 'numeric';
}

/** The built-in dimension: weight and last time of each item. */
export interface ItemDimension {
  readonly kind: 'item';
  readonly name: 'item';
  /** The most items that one day of one user keeps. */
  readonly cap: number;
}

/** A dimension that a deployment's schema declares. */
export type DeclaredDimension = CategoricalDimension | RangeDimension | NumericDimension;

/** Any dimension of a profile. */
export type Dimension = DeclaredDimension | ItemDimension;

/** Name of the built-in dimension of items. */
export const itemDimensionName = 'item';

/** What `today` is when a query asks for the last days: the clock, or the newest event's day for historical data. */
export type SchemaClock = 'wall' | 'newest-event';

/** One deployment's schema. See `parseSchema` for its rules. */
export interface Schema {
  readonly version: string;
  readonly eventTypes: ReadonlyMap<string, EventType>;
  /** Types of attributes; attributes that are not listed may hold anything. */
  readonly attributeTypes: ReadonlyMap<string, readonly AttributeType[]>;
  /** All dimensions, the built-in one last. */
  readonly dimensions: readonly Dimension[];
  /** Days that profiles are kept. */
  readonly retentionDays: number;
  /** The oldest age of an event that is taken in, in milliseconds. */
  readonly allowedLatenessMs: number;
  /** How far ahead of the clock an event may be, in milliseconds. */
  readonly allowedSkewMs: number;
  readonly clock: SchemaClock;
  /** The most values that one day and partition of the population keeps in one dimension. */
  readonly populationCap: number;
}
