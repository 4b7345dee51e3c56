/** Natural logarithm of the gamma function for x > 0, to about 1e-13. Source: Lanczos, 1964; g = 7, nine terms (Godfrey). */
export function logGamma(x: number): number {
  const shifted = x - 1;
  const base = shifted + 7.5;
  let series = lanczos[0] ?? 0;
  for (let i = 1; i < lanczos.length; i += 1) series += (lanczos[i] ?? 0) / (shifted + i);
  return 0.5 * Math.log(2 * Math.PI) + (shifted + 0.5) * Math.log(base) - base + Math.log(series);
}

const lanczos = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];

/** Second derivative of logGamma for x > 0. Source: NIST DLMF 5.15.1 (recurrence) and 5.15.8 (asymptotic series). */
export function trigamma(x: number): number {
  let sum = 0;
  let at = x;
  for (; at < 8; at += 1) sum += 1 / (at * at);
  const inverse = 1 / (at * at);
  return sum + 1 / at + inverse / 2 + (inverse / at) * (1 / 6 - inverse * (1 / 30 - inverse * (1 / 42 - inverse / 30)));
}

/** Regularised incomplete beta function I_x(a, b) for a, b > 0 and 0 <= x <= 1. Source: NIST DLMF 8.17.22 and 8.17.4. */
export function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x));
  // The fraction converges quickly on one side of the mean only; the other side is its reflection.
  return x < (a + 1) / (a + b + 2) ? (front * betaFraction(x, a, b)) / a : 1 - (front * betaFraction(1 - x, b, a)) / b;
}

/** Continued fraction of the incomplete beta function by the modified Lentz method (Thompson, Barnett, 1986). */
function betaFraction(x: number, a: number, b: number): number {
  const tiny = 1e-300;
  const away = (value: number): number => (Math.abs(value) < tiny ? tiny : value);
  let d = 1 / away(1 - ((a + b) * x) / (a + 1));
  let c = 1;
  let fraction = d;
  for (let m = 1; m <= 300; m += 1) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / away(1 + even * d);
    c = away(1 + even / c);
    fraction *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / away(1 + odd * d);
    c = away(1 + odd / c);
    const step = d * c;
    fraction *= step;
    if (Math.abs(step - 1) < 1e-14) break;
  }
  return fraction;
}

/** The x at which I_x(a, b) = p, by bisection to 1e-12. */
export function betaQuantile(p: number, a: number, b: number): number {
  let low = 0;
  let high = 1;
  while (high - low > 1e-12) {
    const middle = (low + high) / 2;
    if (incompleteBeta(middle, a, b) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Quantile of Student's t for 0 < p < 1. Source: NIST DLMF 8.17 with x = df / (df + t²). */
export function studentTQuantile(p: number, degreesOfFreedom: number): number {
  if (p === 0.5) return 0;
  const tail = 2 * Math.min(p, 1 - p);
  const x = betaQuantile(tail, degreesOfFreedom / 2, 0.5);
  const magnitude = Math.sqrt((degreesOfFreedom * (1 - x)) / x);
  return p < 0.5 ? -magnitude : magnitude;
}

/** A Student's t distribution with a location and a scale. */
export interface StudentT {
  readonly degreesOfFreedom: number;
  readonly location: number;
  readonly scale: number;
}

/** Logarithm of the density of a Student's t distribution. */
export function studentTLogDensity(x: number, { degreesOfFreedom: df, location, scale }: StudentT): number {
  const z = (x - location) / scale;
  const norm = logGamma((df + 1) / 2) - logGamma(df / 2) - 0.5 * Math.log(df * Math.PI) - Math.log(scale);
  return norm - ((df + 1) / 2) * Math.log1p((z * z) / df);
}
