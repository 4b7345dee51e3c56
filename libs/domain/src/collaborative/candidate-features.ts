import { componentNames, type EnsembleWeights } from './ensemble-parameters';

/** What the parts of the ensemble say of some items, ready to be weighted and summed. */
export interface CandidateFeatures {
  /** Slots of the items. */
  readonly items: readonly number[];
  /** By component, in the order of `componentNames`, then by item. */
  readonly columns: readonly Float64Array[];
}

/** What one component says of items: 0 or more. */
export interface RawValues {
  /** By slot; what lies beyond the end is 0. */
  readonly values: Float64Array;
  /** What each value is to be divided by. Default: 1. */
  readonly divisor?: number;
}

/** Deviations below this are noise of addition. */
const leastDeviation = 1e-9;

/**
 * Turns raw values into features. Transitions and neighbours: logarithm, 0 taken as half the least positive value, then
 * standardised over the candidates. Counts: log(1 + count), standardised. Own history: log(1 + count) as it is, for 0 must
 * mean "never met" whoever else is a candidate.
 */
export function candidateFeatures(
  items: readonly number[],
  rawOf: Readonly<Record<keyof EnsembleWeights, RawValues>>,
): CandidateFeatures {
  const columns = componentNames.map((name) => {
    const column = new Float64Array(items.length);
    const { values, divisor = 1 } = rawOf[name];
    for (let i = 0; i < column.length; i += 1) column[i] = (values[items[i] ?? 0] ?? 0) / divisor;
    return scaled(name, column);
  });
  return { items, columns };
}

function scaled(name: keyof EnsembleWeights, raw: Float64Array): Float64Array {
  switch (name) {
    case 'transitions':
    case 'neighbours':
      return standardised(logarithms(raw));
    case 'popularity':
    case 'recency':
      return standardised(logCounts(raw));
    case 'ownHistory':
      return logCounts(raw);
  }
}

/** The weighted sum of each item's features. */
export function fusedScores({ items, columns }: CandidateFeatures, weights: readonly number[]): Float64Array {
  const fused = new Float64Array(items.length);
  columns.forEach((column, component) => {
    const weight = weights[component] ?? 0;
    if (weight === 0) return;
    for (let i = 0; i < column.length; i += 1) fused[i] = (fused[i] ?? 0) + weight * (column[i] ?? 0);
  });
  return fused;
}

function logarithms(values: Float64Array): Float64Array {
  let least = Infinity;
  for (const value of values) if (value > 0 && value < least) least = value;
  if (least === Infinity) return values.fill(0);
  const logFloor = Math.log(least / 2);
  for (let i = 0; i < values.length; i += 1) values[i] = values[i] === 0 ? logFloor : Math.log(values[i] ?? 0);
  return values;
}

function logCounts(values: Float64Array): Float64Array {
  for (let i = 0; i < values.length; i += 1) values[i] = Math.log(1 + (values[i] ?? 0));
  return values;
}

function standardised(values: Float64Array): Float64Array {
  let sum = 0;
  for (const value of values) sum += value;
  const mean = sum / values.length;
  let squares = 0;
  for (const value of values) squares += (value - mean) ** 2;
  const deviation = Math.sqrt(squares / values.length);
  const factor = deviation < leastDeviation ? 0 : 1 / deviation;
  for (let i = 0; i < values.length; i += 1) values[i] = ((values[i] ?? 0) - mean) * factor;
  return values;
}
