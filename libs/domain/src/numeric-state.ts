import { emptySketch, mergeSketch, type QuantileSketch } from './quantile-sketch';

/** Sufficient statistics of a weighted sample of numbers. Weight 0: no sample, and the other fields mean nothing. */
export interface Moments {
  weight: number;
  mean: number;
  /** Weighted sum of squared distances from the mean. */
  m2: number;
  min: number;
  max: number;
}

/**
 * A weighted sample of numbers. What negative weights take away is kept apart from what was added, because a single
 * signed sample divides by zero when its weights cancel, and would then depend on the order of merging.
 * Mutable: one writer owns it.
 */
export interface NumericState {
  readonly kind: 'numeric';
  readonly added: Moments;
  /** With the weights made positive. */
  readonly removed: Moments;
  /** How the added numbers are distributed; only in population tiles. */
  sketch?: QuantileSketch;
}

/** No sample. */
export function emptyMoments(): Moments {
  return { weight: 0, mean: 0, m2: 0, min: 0, max: 0 };
}

/** No number at all: the identity of merging. */
export function emptyNumeric(): NumericState {
  return { kind: 'numeric', added: emptyMoments(), removed: emptyMoments() };
}

/** Adds a number with a signed weight; weight 0 adds nothing. Source: West, 1979 (weighted Welford). */
export function addNumber(state: NumericState, value: number, weight: number): void {
  const part = weight > 0 ? state.added : state.removed;
  mergeMoments(part, { weight: Math.abs(weight), mean: value, m2: 0, min: value, max: value });
}

/** Adds `factor` times another state's weights to this one. */
export function mergeNumeric(target: NumericState, source: NumericState, factor = 1): void {
  mergeMoments(target.added, source.added, factor);
  mergeMoments(target.removed, source.removed, factor);
  if (source.sketch !== undefined) mergeSketch((target.sketch ??= emptySketch()), source.sketch, factor);
}

/** Adds `factor` (0 or more) times a sample to another. Source: Chan, Golub, LeVeque, 1979. */
export function mergeMoments(target: Moments, source: Moments, factor = 1): void {
  const weight = source.weight * factor;
  if (!(weight > 0)) return;
  const total = target.weight + weight;
  const delta = source.mean - target.mean;
  if (target.weight > 0) {
    target.m2 += source.m2 * factor + (delta * delta * target.weight * weight) / total;
    target.mean += (delta * weight) / total;
    target.min = Math.min(target.min, source.min);
    target.max = Math.max(target.max, source.max);
  } else {
    target.m2 = source.m2 * factor;
    target.mean = source.mean;
    target.min = source.min;
    target.max = source.max;
  }
  target.weight = total;
}

/**
 * What is left when the removed sample is taken from the added one, floored at nothing: undefined when no weight is left.
 * Minimum and maximum are those of what was added.
 */
export function netMoments(state: NumericState): Moments | undefined {
  const { added, removed } = state;
  const weight = added.weight - removed.weight;
  if (!(weight > 0)) return undefined;
  if (removed.weight === 0) return { ...added };
  const mean = (added.mean * added.weight - removed.mean * removed.weight) / weight;
  const delta = removed.mean - mean;
  const m2 = added.m2 - removed.m2 - (delta * delta * removed.weight * weight) / added.weight;
  return { weight, mean, m2: Math.max(0, m2), min: added.min, max: added.max };
}
