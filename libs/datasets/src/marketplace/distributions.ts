import type { Random } from './random';

/** A number of the standard normal distribution. Source: Marsaglia, Bray, 1964 (polar method). */
export function normal(random: Random): number {
  for (;;) {
    const u = 2 * random.unit() - 1;
    const v = 2 * random.unit() - 1;
    const s = u * u + v * v;
    if (s > 0 && s < 1) return u * Math.sqrt((-2 * Math.log(s)) / s);
  }
}

/** A number of the exponential distribution with a mean. */
export function exponential(random: Random, mean: number): number {
  return -mean * Math.log(1 - random.unit());
}

/** A whole number from 1 on, of the geometric distribution with a mean above 1. */
export function geometric(random: Random, mean: number): number {
  return 1 + Math.floor(Math.log(1 - random.unit()) / Math.log(1 - 1 / mean));
}

/** A number of the gamma distribution of scale 1, `shape` above 0. Source: Marsaglia, Tsang, ACM TOMS 26(3), 2000. */
export function gamma(random: Random, shape: number): number {
  if (shape < 1) return gamma(random, shape + 1) * (1 - random.unit()) ** (1 / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = normal(random);
    const v = (1 + c * x) ** 3;
    if (v <= 0) continue;
    if (Math.log(1 - random.unit()) < 0.5 * x * x + d * (1 - v + Math.log(v))) return d * v;
  }
}

/** Probabilities of the Dirichlet distribution with these parameters, all above 0. */
export function dirichlet(random: Random, parameters: readonly number[]): number[] {
  const parts = parameters.map((parameter) => gamma(random, parameter));
  const total = parts.reduce((sum, part) => sum + part, 0);
  return parts.map((part) => part / total);
}

/** The weights 1/rank^exponent of ranks 1 to `count`. Source: Zipf, 1949. */
export function zipfWeights(count: number, exponent: number): number[] {
  return Array.from({ length: count }, (_, i) => (i + 1) ** -exponent);
}

/** A random order of the same elements. Source: Fisher, Yates; Durstenfeld, 1964. */
export function shuffled<T>(random: Random, elements: readonly T[]): T[] {
  const result = [...elements];
  for (let i = result.length - 1; i > 0; i -= 1) {
    const j = random.below(i + 1);
    const [left, right] = [result[i] as T, result[j] as T];
    result[i] = right;
    result[j] = left;
  }
  return result;
}
