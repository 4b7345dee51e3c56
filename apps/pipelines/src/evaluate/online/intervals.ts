/** A share and the bounds between which it lies with 95 % confidence. */
export interface ShareInterval {
  readonly share: number;
  readonly low: number;
  readonly high: number;
}

/** 97.5 % quantile of the standard normal distribution. */
const z = 1.959964;

/** What one visitor, who decides alone, adds to a ratio. */
export interface RatioPart {
  readonly numerator: number;
  readonly denominator: number;
}

/**
 * Wilson's score interval of a binomial share: for independent trials, such as visitors. 0 of 0 is anything.
 * Source: Wilson, JASA 22 (1927); Brown, Cai, DasGupta, Statistical Science 16 (2001).
 */
export function wilsonInterval(successes: number, trials: number): ShareInterval {
  if (trials === 0) return { share: Number.NaN, low: 0, high: 1 };
  const share = successes / trials;
  const weight = z ** 2 / trials;
  const center = (share + weight / 2) / (1 + weight);
  const half = (z / (1 + weight)) * Math.sqrt((share * (1 - share)) / trials + weight / (4 * trials));
  return { share, low: Math.max(0, center - half), high: Math.min(1, center + half) };
}

/**
 * A ratio of sums over visitors, such as clicked answers to answers, by the delta method: answers of one visitor are not
 * independent, visitors are. Needs two visitors; with few its interval is too narrow.
 * Source: Deng, Knoblich, Lu, "Applying the Delta Method in Metric Analytics", KDD 2018, section 3.2.
 */
export function ratioInterval(parts: readonly RatioPart[]): ShareInterval {
  const numerator = parts.reduce((sum, part) => sum + part.numerator, 0);
  const denominator = parts.reduce((sum, part) => sum + part.denominator, 0);
  const count = parts.length;
  const share = numerator / denominator;
  if (count < 2 || denominator === 0) return { share, low: 0, high: 1 };
  const squares = parts.reduce((sum, part) => sum + (part.numerator - share * part.denominator) ** 2, 0);
  const half = z * Math.sqrt((squares / (count - 1)) * count) * (1 / denominator);
  return { share, low: Math.max(0, share - half), high: Math.min(1, share + half) };
}
