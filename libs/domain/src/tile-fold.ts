import { emptyState, type DayTile, type DimensionState } from './day-tile';
import type { AttributeValue, Interaction } from './interaction';
import { addToKnownItem } from './item-state';
import { addNumber } from './numeric-state';
import { addToSketch, emptySketch } from './quantile-sketch';
import { rangeLabel } from './range-label';
import type { Dimension, Schema } from './schema';
import { admitsBin, admitsValue, chargeBin, chargeValue } from './tile-size';

/** What a tile keeps that is not a user's: the population's. */
export interface TileLimits {
  /** The most values of one dimension, in place of the dimension's own cap. */
  readonly cap?: number;
  /** Whether numeric dimensions have a quantile sketch. Default: false. */
  readonly sketches?: boolean;
}

/** By which schema, and within which limits, a tile counts. */
export interface FoldRules {
  readonly schema: Schema;
  readonly limits?: TileLimits;
}

/** Dimensions by name, and their states. */
export type ChangedDimensions = readonly (readonly [string, DimensionState])[] | ReadonlyMap<string, DimensionState>;

/** What one interaction adds to the dimensions of a schema: worked out once, counted in each tile that it belongs to. */
export interface Contribution {
  /** Signed; 0 is recorded and counts nothing. */
  readonly weight: number;
  /** When it happened, in epoch milliseconds. */
  readonly atMs: number;
  /** By the dimension's position in the schema: its value, its number, its item or its several values; undefined: none. */
  readonly met: readonly (string | number | readonly string[] | undefined)[];
}

/** What an interaction adds. */
export function contributionOf(interaction: Interaction, schema: Schema): Contribution {
  const weight = schema.eventTypes.get(interaction.eventType)?.weight ?? 0;
  const met = weight === 0 ? [] : schema.dimensions.map((dimension) => metBy(dimension, interaction));
  return { weight, atMs: interaction.occurredAtMs, met };
}

/** The values that an attribute counts for in a categorical dimension; a list's repeated values count once. */
export function categoriesOf(value: AttributeValue): readonly string[] {
  return typeof value === 'object' ? [...new Set(value)] : [String(value)];
}

/**
 * Counts one interaction in a tile. Returns the names of the dimensions that changed. What counts many in the same tile keeps
 * its TileCounter.
 */
export function foldInteraction(tile: DayTile, interaction: Interaction, rules: FoldRules): readonly string[] {
  const counter = new TileCounter(tile, rules);
  counter.count(contributionOf(interaction, rules.schema));
  return [...counter.takeChanged()].map(([name]) => name);
}

/** Contributions that wait at most: each keeps about 300 bytes. */
const mostWaiting = 32;

/**
 * Counts in a tile that nobody else changes. Values come first come, first served up to the dimension's cap and the tile's
 * bytes; what comes later goes to the dimension's remainder. The same events in the same order always give the same tile.
 *
 * Contributions wait until several have come or somebody looks: a tile among thousands is seldom in the processor's cache, and
 * to fetch it takes longer than to count in it.
 */
export class TileCounter {
  private readonly dimensions: readonly Dimension[];
  private readonly limits: TileLimits;
  /** The tile's states by position: finding one by name costs as much as counting in it. */
  private readonly states: (DimensionState | undefined)[];
  /** The same states' weights by value: one step less to where most of the counting is. */
  private readonly weights: (Map<string, number> | undefined)[] = [];
  /** By position, 1 where a state changed since `takeChanged`. */
  private readonly changed: Uint8Array;
  private readonly waiting: Contribution[] = [];

  constructor(
    private readonly tile: DayTile,
    { schema, limits = {} }: FoldRules,
  ) {
    this.dimensions = schema.dimensions;
    this.limits = limits;
    this.states = schema.dimensions.map(({ name }) => tile.dimensions.get(name));
    this.changed = new Uint8Array(schema.dimensions.length);
  }

  /** Counts what one interaction adds; the tile shows it after `settle`. */
  count(contribution: Contribution): void {
    this.waiting.push(contribution);
    if (this.waiting.length >= mostWaiting) this.settle();
  }

  /** Brings the tile up to date. */
  settle(): void {
    for (const contribution of this.waiting) this.add(contribution);
    this.waiting.length = 0;
  }

  private add(contribution: Contribution): void {
    const { met } = contribution;
    this.tile.eventCount += 1;
    for (let i = 0; i < met.length; i += 1) {
      const value = met[i];
      if (value === undefined) continue;
      this.changed[i] = 1;
      if (typeof value === 'number') this.countNumber(i, value, contribution);
      else if (typeof value === 'object') for (const one of value) this.countValue(i, one, contribution);
      else if (this.dimensions[i]?.kind === 'item') this.countItem(i, value, contribution);
      else this.countValue(i, value, contribution);
    }
  }

  /** Brings the tile up to date. Returns the dimensions that changed since this was last called. */
  takeChanged(): ChangedDimensions {
    this.settle();
    const taken: [string, DimensionState][] = [];
    for (let i = 0; i < this.dimensions.length; i += 1) {
      const [dimension, state] = [this.dimensions[i], this.states[i]];
      if (this.changed[i] === 1 && dimension !== undefined && state !== undefined) taken.push([dimension.name, state]);
    }
    this.changed.fill(0);
    return taken;
  }

  /** Counts dimensions as changed that were taken in vain. */
  changeAgain(taken: ChangedDimensions): void {
    for (const [name] of taken) this.changed[this.dimensions.findIndex((dimension) => dimension.name === name)] = 1;
  }

  private countNumber(position: number, value: number, { weight }: Contribution): void {
    const state = this.stateAt(position, 'numeric');
    addNumber(state, value, weight);
    if (this.limits.sketches !== true || weight < 0) return;
    state.sketch ??= emptySketch();
    if (addToSketch(state.sketch, { value, weight }, () => admitsBin(this.tile))) chargeBin(this.tile);
  }

  private countValue(position: number, value: string, { weight }: Contribution): void {
    const weights = (this.weights[position] ??= this.stateAt(position, 'categorical').weights);
    const current = weights.get(value);
    if (current !== undefined) weights.set(value, current + weight);
    else if (this.admits(position, weights.size, value)) weights.set(value, weight);
    else this.stateAt(position, 'categorical').otherWeight += weight;
  }

  private countItem(position: number, itemId: string, { weight, atMs }: Contribution): void {
    const state = this.stateAt(position, 'item');
    if (addToKnownItem(state, { itemId, weight, atMs })) return;
    if (this.admits(position, state.items.size, itemId)) state.items.set(itemId, { weight, lastAtMs: atMs });
    else state.otherWeight += weight;
  }

  /** Whether a dimension may keep one more value, which then is charged to the tile. */
  private admits(position: number, kept: number, value: string): boolean {
    if (kept >= (this.limits.cap ?? capOf(this.dimensions[position])) || !admitsValue(this.tile, value)) return false;
    chargeValue(this.tile, value);
    return true;
  }

  private stateAt<K extends DimensionState['kind']>(position: number, kind: K): Extract<DimensionState, { kind: K }> {
    const current = this.states[position];
    if (current?.kind === kind) return current as Extract<DimensionState, { kind: K }>;
    // Absent, or of the kind that the dimension had before a change of the schema: it starts anew on that day.
    const fresh = emptyState(kind);
    this.states[position] = fresh;
    this.tile.dimensions.set(this.dimensions[position]?.name ?? '', fresh);
    return fresh;
  }
}

function metBy(dimension: Dimension, { itemId, attributes }: Interaction): Contribution['met'][number] {
  if (dimension.kind === 'item') return itemId;
  const value = attributes.get(dimension.source);
  if (value === undefined) return undefined;
  if (dimension.kind === 'categorical') {
    if (typeof value !== 'object') return String(value);
    return value.length === 0 ? undefined : categoriesOf(value);
  }
  if (typeof value !== 'number') return undefined;
  return dimension.kind === 'range' ? rangeLabel(dimension.edges, value) : value;
}

function capOf(dimension: Dimension | undefined): number {
  return dimension?.kind === 'categorical' || dimension?.kind === 'item' ? dimension.cap : Infinity;
}
