import type {
  CategoricalState,
  DimensionState,
  ItemState,
  Moments,
  NumericState,
  QuantileSketch,
} from '@affinity/domain';
import { ByteWriter, textLength, varintLength } from './byte-writer';
import { StoredSketch } from './generated/affinity/storage/v1/tile';

// The bytes of StoredDimension, written straight from the state: the aggregator encodes each dimension of each tile that it
// stores, and the generated code, which builds a message first and its parts in buffers of their own, took most of its time.

const bytesPerDouble = 8;
/** Numbers of the fields of StoredDimension. */
const fields = { categorical: 1, numeric: 2, item: 3 } as const;

/** The stored bytes of a dimension's state. The same state always gives the same bytes. */
export function encodeDimension(state: DimensionState): Uint8Array {
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
  const packed = weights.size * bytesPerDouble;
  const length = textsLength(weights.keys()) + blockLength(packed) + doubleLength(otherWeight);
  const writer = begin(fields.categorical, length);
  writeTexts(writer, weights.keys());
  if (packed > 0) {
    writer.block(2, packed);
    for (const weight of weights.values()) writer.double(weight);
  }
  return writer.doubleField(3, otherWeight).bytes();
}

function encodeItems({ items, otherWeight }: ItemState): Uint8Array {
  const packed = items.size * bytesPerDouble;
  let times = 0;
  for (const { lastAtMs } of items.values()) times += varintLength(lastAtMs);
  const length = textsLength(items.keys()) + blockLength(packed) + blockLength(times) + doubleLength(otherWeight);
  const writer = begin(fields.item, length);
  writeTexts(writer, items.keys());
  if (packed > 0) {
    writer.block(2, packed);
    for (const { weight } of items.values()) writer.double(weight);
    writer.block(3, times);
    for (const { lastAtMs } of items.values()) writer.varint(lastAtMs);
  }
  return writer.doubleField(4, otherWeight).bytes();
}

function encodeNumeric({ added, removed, sketch }: NumericState): Uint8Array {
  const sketched = sketch === undefined ? undefined : encodeSketch(sketch);
  const lengths = { added: momentsLength(added), removed: momentsLength(removed), sketch: sketched?.length ?? 0 };
  // The moments are there even when they are empty.
  const length = 2 + lengths.added + 2 + lengths.removed + blockLength(lengths.sketch);
  const writer = begin(fields.numeric, length);
  writeMoments(writer.block(1, lengths.added), added);
  writeMoments(writer.block(2, lengths.removed), removed);
  if (sketched !== undefined && sketched.length > 0) writer.block(3, sketched.length).raw(sketched);
  return writer.bytes();
}

function momentsLength({ weight, mean, m2, min, max }: Moments): number {
  return doubleLength(weight) + doubleLength(mean) + doubleLength(m2) + doubleLength(min) + doubleLength(max);
}

function writeMoments(writer: ByteWriter, { weight, mean, m2, min, max }: Moments): void {
  writer.doubleField(1, weight).doubleField(2, mean).doubleField(3, m2).doubleField(4, min).doubleField(5, max);
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

/** A writer of one field that holds a message of so many bytes. */
function begin(field: number, length: number): ByteWriter {
  return new ByteWriter(1 + varintLength(length) + length).block(field, length);
}

function textsLength(texts: Iterable<string>): number {
  let total = 0;
  for (const text of texts) {
    const length = textLength(text);
    total += 1 + varintLength(length) + length;
  }
  return total;
}

function writeTexts(writer: ByteWriter, texts: Iterable<string>): void {
  for (const text of texts) writer.text(1, text);
}

/** Bytes of a field that holds so many bytes; nothing is written of an empty one. */
function blockLength(length: number): number {
  return length === 0 ? 0 : 1 + varintLength(length) + length;
}

/** Bytes of a field that holds a number; nothing is written of zero. */
function doubleLength(value: number): number {
  return value === 0 ? 0 : 1 + bytesPerDouble;
}
