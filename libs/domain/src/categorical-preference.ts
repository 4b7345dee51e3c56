import type { CategoricalState } from './categorical-state';
import { betaQuantile, trigamma } from './special-functions';

/** How likely a user is to favour one value. */
export interface ValuePreference {
  /** Posterior mean probability. */
  readonly probability: number;
  /** The population's probability: the prior's mean. */
  readonly population: number;
}

/**
 * Posterior of a Dirichlet-multinomial: the prior is `priorStrength` times the population's shares, the evidence the user's
 * own weights. Values that the population never met share the probability of one more observation (Laplace), so that
 * nothing is impossible. Source: Gelman et al., Bayesian Data Analysis, 3rd ed., section 3.4.
 */
export class CategoricalPreference {
  /** Weight of the user's own events. */
  readonly evidence: number;
  private readonly populationTotal: number;

  constructor(
    private readonly own: CategoricalState | undefined,
    private readonly population: CategoricalState | undefined,
    readonly priorStrength: number,
  ) {
    this.evidence = totalWeight(own);
    this.populationTotal = totalWeight(population);
  }

  /** The preference for a value. */
  of(value: string): ValuePreference {
    const population = this.populationShare(value);
    const weight = Math.max(0, this.own?.weights.get(value) ?? 0);
    return { population, probability: (this.priorStrength * population + weight) / this.total };
  }

  /** Probability of any value that neither the user nor the population named. */
  get otherProbability(): number {
    const other = Math.max(0, this.own?.otherWeight ?? 0);
    return (this.priorStrength * this.unmetShare + other) / this.total;
  }

  /** Credible interval of a value's probability: its marginal is a Beta distribution. */
  interval(value: string, mass = 0.9): { readonly low: number; readonly high: number } {
    const { alpha, beta } = this.marginal(value);
    const tail = (1 - mass) / 2;
    return { low: betaQuantile(tail, alpha, beta), high: betaQuantile(1 - tail, alpha, beta) };
  }

  /** Variance of the logarithm of a value's probability: trigamma(alpha) - trigamma(alpha + beta). */
  logVariance(value: string): number {
    const { alpha, beta } = this.marginal(value);
    return trigamma(alpha) - trigamma(alpha + beta);
  }

  /** Every value that the user or the population named. */
  values(): ReadonlySet<string> {
    return new Set([...(this.own?.weights.keys() ?? []), ...(this.population?.weights.keys() ?? [])]);
  }

  private get total(): number {
    return this.priorStrength + this.evidence;
  }

  private get unmetShare(): number {
    return 1 / (this.populationTotal + 1);
  }

  private populationShare(value: string): number {
    const weight = Math.max(0, this.population?.weights.get(value) ?? 0);
    return weight > 0 ? weight / (this.populationTotal + 1) : this.unmetShare;
  }

  private marginal(value: string): { readonly alpha: number; readonly beta: number } {
    const alpha = this.of(value).probability * this.total;
    return { alpha, beta: Math.max(this.total - alpha, Number.EPSILON) };
  }
}

/** Sum of the weights, each floored at zero, the remainder included. */
export function totalWeight(state: CategoricalState | undefined): number {
  if (state === undefined) return 0;
  let total = Math.max(0, state.otherWeight);
  for (const weight of state.weights.values()) total += Math.max(0, weight);
  return total;
}
