import { DDSketch } from '@datadog/sketches-js';

/** A quantile differs from a value of that rank by at most this part of it, if its bins were not capped. */
export const sketchRelativeError = 0.02;

/**
 * Bins of one sign span at most so many keys, which is values from one up to 700 million times as large. What is smaller still
 * is counted with the smallest ones.
 */
export const maxSketchKeys = 512;

/**
 * How the numbers of a weighted sample are distributed: weights by logarithmic bin of their absolute value. Source: Masson,
 * Rim, Lee, 2019, "DDSketch". The bins' bounds are the library's; the bins are kept here, sparse, because the library's stores
 * cannot be scaled by a decay, lose their limit when they are read back, and so form no monoid. Mutable: one writer owns it.
 */
export interface QuantileSketch {
  readonly positive: Map<number, number>;
  readonly negative: Map<number, number>;
  /** Weight of zeros, and of numbers too small to have a key. */
  zero: number;
}

const { mapping } = new DDSketch({ relativeAccuracy: sketchRelativeError });

/** No number. */
export function emptySketch(): QuantileSketch {
  return { positive: new Map(), negative: new Map(), zero: 0 };
}

/**
 * Adds a number with a positive weight. `admits` says whether a new bin may be made; if not, the number goes to the nearest bin
 * of its sign, or a first one is made. Returns whether a bin was made.
 */
export function addToSketch(
  sketch: QuantileSketch,
  { value, weight }: { readonly value: number; readonly weight: number },
  admits: () => boolean = () => true,
): boolean {
  const size = Math.abs(value);
  if (size <= mapping.minPossible) {
    sketch.zero += weight;
    return false;
  }
  const bins = value > 0 ? sketch.positive : sketch.negative;
  const wanted = mapping.key(Math.min(size, mapping.maxPossible));
  const key = bins.has(wanted) || bins.size === 0 || admits() ? wanted : nearestKey(bins, wanted);
  const before = bins.size;
  bins.set(key, (bins.get(key) ?? 0) + weight);
  if (bins.size === before) return false;
  collapse(bins);
  return bins.size > before;
}

/** Adds `factor` times another sketch's weights to this one. */
export function mergeSketch(target: QuantileSketch, source: QuantileSketch, factor = 1): void {
  if (!(factor > 0)) return;
  target.zero += source.zero * factor;
  for (const sign of ['positive', 'negative'] as const) {
    for (const [key, weight] of source[sign]) target[sign].set(key, (target[sign].get(key) ?? 0) + weight * factor);
    collapse(target[sign]);
  }
}

/** Sum of the weights. */
export function sketchWeight({ positive, negative, zero }: QuantileSketch): number {
  let weight = zero;
  for (const bins of [positive, negative]) for (const part of bins.values()) weight += part;
  return weight;
}

/** The values below which the given parts (0 to 1, rising) of the weight lie; undefined where there is no weight. */
export function quantilesOf(sketch: QuantileSketch, parts: readonly number[]): readonly number[] | undefined {
  const total = sketchWeight(sketch);
  if (!(total > 0)) return undefined;
  const bins = risingBins(sketch);
  let at = 0;
  let reached = bins[0]?.weight ?? 0;
  return parts.map((part) => {
    while (at < bins.length - 1 && reached <= part * total) {
      at += 1;
      reached += bins[at]?.weight ?? 0;
    }
    return bins[at]?.value ?? 0;
  });
}

function risingBins({ positive, negative, zero }: QuantileSketch): readonly { value: number; weight: number }[] {
  const bins = [...negative].map(([key, weight]) => ({ value: -mapping.value(key), weight }));
  if (zero > 0) bins.push({ value: 0, weight: zero });
  for (const [key, weight] of positive) bins.push({ value: mapping.value(key), weight });
  return bins.sort((left, right) => left.value - right.value);
}

/**
 * Counts what lies below the span of keys with its lowest. A span of keys, not a number of bins: then it makes no difference
 * whether parts are collapsed before they are merged or after.
 */
function collapse(bins: Map<number, number>): void {
  const lowest = largestKey(bins) - maxSketchKeys + 1;
  let below = 0;
  for (const [key, weight] of bins) {
    if (key >= lowest) continue;
    bins.delete(key);
    below += weight;
  }
  if (below > 0) bins.set(lowest, (bins.get(lowest) ?? 0) + below);
}

function largestKey(bins: ReadonlyMap<number, number>): number {
  let largest = -Infinity;
  for (const key of bins.keys()) largest = Math.max(largest, key);
  return largest;
}

function nearestKey(bins: ReadonlyMap<number, number>, wanted: number): number {
  let nearest = wanted;
  let distance = Infinity;
  for (const key of bins.keys()) {
    if (Math.abs(key - wanted) >= distance) continue;
    nearest = key;
    distance = Math.abs(key - wanted);
  }
  return nearest;
}
