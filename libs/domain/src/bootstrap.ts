/** A mean and the interval that a bootstrap gives it. */
export interface MeanEstimate {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** How an interval is drawn. */
export interface BootstrapOptions {
  /** From 0 to just below 1. */
  readonly random: () => number;
  readonly resamples?: number;
  /** Probability mass of the interval. */
  readonly mass?: number;
}

/**
 * The mean of independent values and its percentile bootstrap interval. NaN without values.
 * Source: Efron, Tibshirani, "An introduction to the bootstrap", 1993, section 13.3.
 */
export function bootstrapMean(
  values: readonly number[],
  { random, resamples = 1_000, mass = 0.95 }: BootstrapOptions,
): MeanEstimate {
  const mean = meanOf(values, (i) => i);
  const means = Array.from({ length: resamples }, () => meanOf(values, () => Math.floor(random() * values.length)));
  means.sort((left, right) => left - right);
  const at = (share: number): number => means[Math.round(share * (resamples - 1))] ?? mean;
  return { mean, low: at((1 - mass) / 2), high: at((1 + mass) / 2) };
}

function meanOf(values: readonly number[], place: (i: number) => number): number {
  let sum = 0;
  for (let i = 0; i < values.length; i += 1) sum += values[place(i)] ?? 0;
  return sum / values.length;
}
