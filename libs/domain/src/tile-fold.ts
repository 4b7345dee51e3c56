import { addToKnownValue } from './categorical-state';
import { emptyState, type DayTile, type DimensionState } from './day-tile';
import type { AttributeValue, Interaction } from './interaction';
import { addToKnownItem } from './item-state';
import { addNumber } from './numeric-state';
import { addToSketch, emptySketch } from './quantile-sketch';
import { rangeLabel } from './range-label';
import type { DeclaredDimension, Dimension, ItemDimension, Schema } from './schema';
import { admitsBin, admitsValue, chargeBin, chargeValue } from './tile-size';

/** What a tile keeps that is not a user's: the population's. */
export interface TileLimits {
  /** The most values of one dimension, in place of the dimension's own cap. */
  readonly cap?: number;
  /** Whether numeric dimensions have a quantile sketch. Default: false. */
  readonly sketches?: boolean;
}

/**
 * Counts one interaction in a tile. Values come first come, first served up to the dimension's cap and the tile's bytes;
 * what comes later goes to the dimension's remainder. The same events in the same order always give the same tile.
 * Returns the names of the dimensions that changed.
 */
export function foldInteraction(
  tile: DayTile,
  interaction: Interaction,
  { schema, limits = {} }: { readonly schema: Schema; readonly limits?: TileLimits },
): readonly string[] {
  tile.eventCount += 1;
  const weight = schema.eventTypes.get(interaction.eventType)?.weight ?? 0;
  if (weight === 0) return [];
  const changed: string[] = [];
  const contribution = { interaction, weight, limits };
  for (const dimension of schema.dimensions) {
    if (foldDimension(tile, dimension, contribution)) changed.push(dimension.name);
  }
  return changed;
}

/** The values that an attribute counts for in a categorical dimension; a list's repeated values count once. */
export function categoriesOf(value: AttributeValue): readonly string[] {
  return typeof value === 'object' ? [...new Set(value)] : [String(value)];
}

interface Contribution {
  readonly interaction: Interaction;
  readonly weight: number;
  readonly limits: TileLimits;
}

/** What a dimension met. */
interface Met<T> {
  readonly dimension: DeclaredDimension;
  readonly value: T;
}

function foldDimension(tile: DayTile, dimension: Dimension, contribution: Contribution): boolean {
  if (dimension.kind === 'item') return foldItem(tile, dimension, contribution);
  const value = contribution.interaction.attributes.get(dimension.source);
  if (value === undefined) return false;
  switch (dimension.kind) {
    case 'categorical':
      return foldCategories(tile, { dimension, value }, contribution);
    case 'range':
      if (typeof value !== 'number') return false;
      foldValue(tile, { dimension, value: rangeLabel(dimension.edges, value) }, contribution);
      return true;
    case 'numeric':
      if (typeof value !== 'number') return false;
      foldNumber(tile, { dimension, value }, contribution);
      return true;
  }
}

function foldNumber(tile: DayTile, { dimension, value }: Met<number>, { weight, limits }: Contribution): void {
  const state = stateFor(tile, dimension.name, 'numeric');
  addNumber(state, value, weight);
  if (limits.sketches !== true || weight < 0) return;
  state.sketch ??= emptySketch();
  if (addToSketch(state.sketch, { value, weight }, () => admitsBin(tile))) chargeBin(tile);
}

function foldCategories(tile: DayTile, { dimension, value }: Met<AttributeValue>, contribution: Contribution): boolean {
  if (typeof value !== 'object') {
    foldValue(tile, { dimension, value: String(value) }, contribution);
    return true;
  }
  const categories = categoriesOf(value);
  for (const category of categories) foldValue(tile, { dimension, value: category }, contribution);
  return categories.length > 0;
}

function foldValue(tile: DayTile, { dimension, value }: Met<string>, { weight, limits }: Contribution): void {
  const state = stateFor(tile, dimension.name, 'categorical');
  if (addToKnownValue(state, value, weight)) return;
  const limit = limits.cap ?? (dimension.kind === 'categorical' ? dimension.cap : Infinity);
  if (state.weights.size < limit && admitsValue(tile, value)) {
    state.weights.set(value, weight);
    chargeValue(tile, value);
  } else {
    state.otherWeight += weight;
  }
}

function foldItem(tile: DayTile, dimension: ItemDimension, { interaction, weight, limits }: Contribution): boolean {
  const { itemId, occurredAtMs: atMs } = interaction;
  if (itemId === undefined) return false;
  const state = stateFor(tile, dimension.name, 'item');
  if (addToKnownItem(state, { itemId, weight, atMs })) return true;
  if (state.items.size < (limits.cap ?? dimension.cap) && admitsValue(tile, itemId)) {
    state.items.set(itemId, { weight, lastAtMs: atMs });
    chargeValue(tile, itemId);
  } else {
    state.otherWeight += weight;
  }
  return true;
}

function stateFor<K extends DimensionState['kind']>(
  tile: DayTile,
  name: string,
  kind: K,
): Extract<DimensionState, { kind: K }> {
  const current = tile.dimensions.get(name);
  if (current?.kind === kind) return current as Extract<DimensionState, { kind: K }>;
  // Absent, or of the kind that the dimension had before a change of the schema: it starts anew on that day.
  const fresh = emptyState(kind);
  tile.dimensions.set(name, fresh);
  return fresh;
}
