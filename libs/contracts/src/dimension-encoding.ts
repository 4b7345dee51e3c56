import type {
  CategoricalState,
  DimensionState,
  ItemState,
  Moments,
  NumericState,
  QuantileSketch,
} from '@affinity/domain';
import { ByteWriter, varintLength } from './byte-writer';
import { StoredSketch } from './generated/affinity/storage/v1/tile';

// The bytes of StoredDimension, written straight from the state: the aggregator encodes each dimension of each tile that it
// stores, and the generated code, which builds a message first and its parts in buffers of their own, took most of its time.

/** One for all: nothing is awaited while a dimension is written. */
const writer = new ByteWriter();
const bytesPerDouble = 8;
/** Numbers of the fields of StoredDimension. */
const fields = { categorical: 1, numeric: 2, item: 3 } as const;

/** The stored bytes of a dimension's state. The same state always gives the same bytes. */
export function encodeDimension(state: DimensionState): Uint8Array {
  writer.begin();
  switch (state.kind) {
    case 'categorical':
      return encodeCategorical(state);
    case 'numeric':
      return encodeNumeric(state);
    case 'item':
      return encodeItems(state);
  }
}

function encodeCategorical({ weights, otherWeight }: CategoricalState): Uint8Array {
  for (const value of weights.keys()) writer.text(1, value);
  if (weights.size > 0) {
    writer.block(2, weights.size * bytesPerDouble);
    for (const weight of weights.values()) writer.double(weight);
  }
  return writer.doubleField(3, otherWeight).finish(fields.categorical);
}

function encodeItems({ items, otherWeight }: ItemState): Uint8Array {
  for (const itemId of items.keys()) writer.text(1, itemId);
  if (items.size > 0) {
    writer.block(2, items.size * bytesPerDouble);
    for (const { weight } of items.values()) writer.double(weight);
    let times = 0;
    for (const { lastAtMs } of items.values()) times += varintLength(lastAtMs);
    writer.block(3, times);
    for (const { lastAtMs } of items.values()) writer.varint(lastAtMs);
  }
  return writer.doubleField(4, otherWeight).finish(fields.item);
}

function encodeNumeric({ added, removed, sketch }: NumericState): Uint8Array {
  // The moments are there even when they are empty.
  writeMoments(writer.block(1, momentsLength(added)), added);
  writeMoments(writer.block(2, momentsLength(removed)), removed);
  const sketched = sketch === undefined ? undefined : encodeSketch(sketch);
  if (sketched !== undefined && sketched.length > 0) writer.block(3, sketched.length).raw(sketched);
  return writer.finish(fields.numeric);
}

function momentsLength({ weight, mean, m2, min, max }: Moments): number {
  return doubleLength(weight) + doubleLength(mean) + doubleLength(m2) + doubleLength(min) + doubleLength(max);
}

function writeMoments(target: ByteWriter, { weight, mean, m2, min, max }: Moments): void {
  target.doubleField(1, weight).doubleField(2, mean).doubleField(3, m2).doubleField(4, min).doubleField(5, max);
}

/** The bytes of a StoredSketch, its keys rising. */
export function encodeSketch(sketch: QuantileSketch): Uint8Array {
  const positive = [...sketch.positive].sort(([left], [right]) => left - right);
  const negative = [...sketch.negative].sort(([left], [right]) => left - right);
  return StoredSketch.encode({
    positiveKeys: positive.map(([key]) => key),
    positiveWeights: positive.map(([, weight]) => weight),
    negativeKeys: negative.map(([key]) => key),
    negativeWeights: negative.map(([, weight]) => weight),
    zeroWeight: sketch.zero,
  }).finish();
}

/** Bytes of a field that holds a number; nothing is written of zero. */
function doubleLength(value: number): number {
  return value === 0 ? 0 : 1 + bytesPerDouble;
}
