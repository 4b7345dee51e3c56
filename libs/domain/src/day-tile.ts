import { emptyCategorical, mergeCategorical, type CategoricalState } from './categorical-state';
import { emptyItems, mergeItems, type ItemState } from './item-state';
import { emptyNumeric, mergeNumeric, type NumericState } from './numeric-state';

/** The state of one dimension of a tile. */
export type DimensionState = CategoricalState | NumericState | ItemState;

/**
 * What one user did on one UTC day in one region, or what all users of a partition did. Tiles under `mergeTile` form a
 * commutative monoid (to 1e-9, floating point) with `emptyTile` as its identity, and the factor of decay is a scalar
 * action on it. Mutable: one writer owns it.
 */
export interface DayTile {
  /** By dimension name; absent means no weight. */
  readonly dimensions: Map<string, DimensionState>;
  /** Events counted. */
  eventCount: number;
  /** Bytes of the values kept; see `maxTileValueBytes`. */
  valueBytes: number;
}

/** A tile of no events. */
export function emptyTile(): DayTile {
  return { dimensions: new Map(), eventCount: 0, valueBytes: 0 };
}

/** A dimension state of no weight. */
export function emptyState<K extends DimensionState['kind']>(kind: K): Extract<DimensionState, { kind: K }>;
export function emptyState(kind: DimensionState['kind']): DimensionState {
  switch (kind) {
    case 'categorical':
      return emptyCategorical();
    case 'numeric':
      return emptyNumeric();
    case 'item':
      return emptyItems();
  }
}

/**
 * Adds `factor` times a state to another of the same kind. Throws TypeError when the kinds differ, which happens only
 * when a schema changed the kind of a dimension under the same name.
 */
export function mergeState(target: DimensionState, source: DimensionState, factor = 1): void {
  if (target.kind === 'categorical' && source.kind === 'categorical') mergeCategorical(target, source, factor);
  else if (target.kind === 'numeric' && source.kind === 'numeric') mergeNumeric(target, source, factor);
  else if (target.kind === 'item' && source.kind === 'item') mergeItems(target, source, factor);
  else throw new TypeError(`cannot merge a ${source.kind} state into a ${target.kind} state`);
}

/** Adds `factor` times a tile to another. Event counts are added undecayed; the byte budget of writing does not apply. */
export function mergeTile(target: DayTile, source: DayTile, factor = 1): void {
  for (const [name, state] of source.dimensions) {
    let own = target.dimensions.get(name);
    if (own === undefined) {
      own = emptyState(state.kind);
      target.dimensions.set(name, own);
    }
    mergeState(own, state, factor);
  }
  target.eventCount += source.eventCount;
}
