import { encodeSketch } from './dimension-encoding';
import { StoredDimension, StoredSketch, type StoredMoments } from './generated/affinity/storage/v1/tile';
import {
  emptyMoments,
  type CategoricalState,
  type DimensionState,
  type ItemState,
  type Moments,
  type QuantileSketch,
} from '@affinity/domain';

/** The state that stored bytes hold; undefined when they hold a kind that this version does not know. */
export function decodeDimension(bytes: Uint8Array): DimensionState | undefined {
  return fromStoredDimension(StoredDimension.decode(bytes));
}

/** A dimension's state as a message. */
export function toStoredDimension(state: DimensionState): StoredDimension {
  switch (state.kind) {
    case 'categorical':
      return {
        state: {
          $case: 'categorical',
          value: {
            values: [...state.weights.keys()],
            weights: [...state.weights.values()],
            otherWeight: state.otherWeight,
          },
        },
      };
    case 'numeric':
      return {
        state: {
          $case: 'numeric',
          value: { added: state.added, removed: state.removed, sketch: storedSketch(state.sketch) },
        },
      };
    case 'item':
      return { state: { $case: 'items', value: storedItems(state) } };
  }
}

function storedItems(state: ItemState) {
  const entries = [...state.items.values()];
  return {
    itemIds: [...state.items.keys()],
    weights: entries.map((entry) => entry.weight),
    lastAtMs: entries.map((entry) => BigInt(entry.lastAtMs)),
    otherWeight: state.otherWeight,
  };
}

/** The state of a message; undefined when it holds a kind that this version does not know. */
export function fromStoredDimension({ state }: StoredDimension): DimensionState | undefined {
  switch (state?.$case) {
    case 'categorical':
      return categoricalState(state.value.values, state.value);
    case 'numeric':
      return {
        kind: 'numeric',
        added: moments(state.value.added),
        removed: moments(state.value.removed),
        ...(state.value.sketch.length > 0 && { sketch: decodeSketch(state.value.sketch) }),
      };
    case 'items':
      return itemState(state.value);
    case undefined:
      return undefined;
  }
}

function categoricalState(
  values: readonly string[],
  { weights, otherWeight }: { readonly weights: readonly number[]; readonly otherWeight: number },
): CategoricalState {
  return { kind: 'categorical', weights: new Map(values.map((value, i) => [value, weights[i] ?? 0])), otherWeight };
}

function itemState(stored: {
  readonly itemIds: readonly string[];
  readonly weights: readonly number[];
  readonly lastAtMs: readonly bigint[];
  readonly otherWeight: number;
}): ItemState {
  const items = new Map(
    stored.itemIds.map((itemId, i) => [
      itemId,
      { weight: stored.weights[i] ?? 0, lastAtMs: Number(stored.lastAtMs[i] ?? 0n) },
    ]),
  );
  return { kind: 'item', items, otherWeight: stored.otherWeight };
}

function moments(stored: StoredMoments | undefined): Moments {
  return stored === undefined ? emptyMoments() : { ...stored };
}

function storedSketch(sketch: QuantileSketch | undefined): Buffer {
  return sketch === undefined ? Buffer.alloc(0) : Buffer.from(encodeSketch(sketch));
}

function decodeSketch(bytes: Uint8Array): QuantileSketch {
  const stored = StoredSketch.decode(bytes);
  return {
    positive: binsOf(stored.positiveKeys, stored.positiveWeights),
    negative: binsOf(stored.negativeKeys, stored.negativeWeights),
    zero: stored.zeroWeight,
  };
}

function binsOf(keys: readonly number[], weights: readonly number[]): Map<number, number> {
  return new Map(keys.map((key, i) => [key, weights[i] ?? 0]));
}
