import type { Random } from './random';

/**
 * Draws indices with fixed weights in constant time. Source: Walker, ACM TOMS 3(3), 1977; tables built as by Vose, IEEE
 * TSE 17(9), 1991.
 */
export class WeightedChoice {
  private readonly thresholds: Float64Array;
  private readonly aliases: Uint32Array;

  /** Throws RangeError unless all weights are 0 or more and at least one is above 0. */
  constructor(weights: ArrayLike<number>) {
    const total = totalOf(weights);
    const scaled = Float64Array.from(weights, (weight) => (weight * weights.length) / total);
    this.thresholds = new Float64Array(weights.length).fill(1);
    this.aliases = Uint32Array.from(scaled.keys());
    const { light, heavy } = split(scaled);
    for (let poor = light.pop(), rich = heavy.pop(); poor !== undefined && rich !== undefined; poor = light.pop()) {
      this.thresholds[poor] = scaled[poor] ?? 0;
      this.aliases[poor] = rich;
      const left = (scaled[rich] ?? 0) + (scaled[poor] ?? 0) - 1;
      scaled[rich] = left;
      if (left >= 1) continue;
      light.push(rich);
      rich = heavy.pop();
    }
  }

  /** An index, drawn with its weight. */
  draw(random: Random): number {
    const column = random.below(this.thresholds.length);
    return random.unit() < (this.thresholds[column] ?? 1) ? column : (this.aliases[column] ?? column);
  }
}

function totalOf(weights: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < weights.length; i += 1) {
    const weight = weights[i] ?? 0;
    if (!(weight >= 0)) throw new RangeError(`weight ${i} must be 0 or more, is ${weight}`);
    total += weight;
  }
  if (!(total > 0 && total < Infinity)) throw new RangeError('the weights must add up to a number above 0');
  return total;
}

function split(scaled: Float64Array): { readonly light: number[]; readonly heavy: number[] } {
  const light: number[] = [];
  const heavy: number[] = [];
  scaled.forEach((weight, i) => (weight < 1 ? light : heavy).push(i));
  return { light, heavy };
}
