import { quantilesOf } from './quantile-sketch';
import { netMoments, type Moments, type NumericState } from './numeric-state';
import { studentTLogDensity, studentTQuantile, type StudentT } from './special-functions';

/**
 * Posterior of a Normal with unknown mean and variance under a Normal-inverse-gamma prior that says what the population
 * does, with the weight of `priorStrength` observations. With v = priorStrength, m and s² the population's mean and variance:
 * kappa0 = v, alpha0 = v / 2, beta0 = v s² / 2. Source: Murphy, 2007, "Conjugate Bayesian analysis of the Gaussian
 * distribution", equations 86-89 and 110.
 */
export class NumericPreference {
  /** Weight of the user's own events. */
  readonly evidence: number;
  /** The population's mean and standard deviation. */
  readonly populationMean: number;
  readonly populationDeviation: number;
  /** Where the next value of the user is expected. */
  readonly predictive: StudentT;
  /** The same for anybody: the prior's predictive. */
  readonly population: StudentT;
  private readonly kappa: number;
  private readonly alpha: number;
  private readonly beta: number;

  private constructor(
    own: Moments | undefined,
    population: Moments,
    readonly priorStrength: number,
    private readonly distribution: NumericState | undefined,
  ) {
    const variance = varianceOf(population);
    this.evidence = own?.weight ?? 0;
    this.populationMean = population.mean;
    this.populationDeviation = Math.sqrt(variance);
    this.kappa = priorStrength + this.evidence;
    this.alpha = this.kappa / 2;
    const distance = own === undefined ? 0 : own.mean - population.mean;
    const shift = (priorStrength * this.evidence * distance * distance) / (2 * this.kappa);
    this.beta = (priorStrength * variance) / 2 + (own?.m2 ?? 0) / 2 + shift;
    const mean = (priorStrength * population.mean + this.evidence * (own?.mean ?? 0)) / this.kappa;
    this.predictive = predictiveOf({ mean, kappa: this.kappa, alpha: this.alpha, beta: this.beta });
    this.population = predictiveOf({
      mean: population.mean,
      kappa: priorStrength,
      alpha: priorStrength / 2,
      beta: (priorStrength * variance) / 2,
    });
  }

  /** The posterior; undefined while the population has no number either. */
  static of(
    own: NumericState | undefined,
    population: NumericState | undefined,
    priorStrength: number,
  ): NumericPreference | undefined {
    const ownMoments = own === undefined ? undefined : netMoments(own);
    const prior = population === undefined ? ownMoments : (netMoments(population) ?? ownMoments);
    return prior === undefined ? undefined : new NumericPreference(ownMoments, prior, priorStrength, population);
  }

  /** Posterior mean. */
  get mean(): number {
    return this.predictive.location;
  }

  /** Credible interval of the mean. */
  interval(mass = 0.9): { readonly low: number; readonly high: number } {
    const reach = studentTQuantile((1 + mass) / 2, 2 * this.alpha) * this.meanScale;
    return { low: this.mean - reach, high: this.mean + reach };
  }

  /** The values below which the given parts (0 to 1, rising) of the population lie; undefined where that is not known. */
  populationQuantiles(parts: readonly number[]): readonly number[] | undefined {
    const sketch = this.distribution?.sketch;
    return sketch === undefined ? undefined : quantilesOf(sketch, parts);
  }

  /** log(posterior density / population density) at a value. */
  logRatio(value: number): number {
    return studentTLogDensity(value, this.predictive) - studentTLogDensity(value, this.population);
  }

  /** Variance of the log density at a value, as far as the mean is uncertain (delta method). */
  logVariance(value: number): number {
    const { degreesOfFreedom: df, location, scale } = this.predictive;
    const distance = value - location;
    const slope = ((df + 1) * distance) / (df * scale * scale + distance * distance);
    return slope * slope * this.meanScale * this.meanScale;
  }

  private get meanScale(): number {
    return Math.sqrt(this.beta / (this.alpha * this.kappa));
  }
}

interface Posterior {
  readonly mean: number;
  readonly kappa: number;
  readonly alpha: number;
  readonly beta: number;
}

function predictiveOf({ mean, kappa, alpha, beta }: Posterior): StudentT {
  return { degreesOfFreedom: 2 * alpha, location: mean, scale: Math.sqrt((beta * (kappa + 1)) / (alpha * kappa)) };
}

/** A population without spread says little: a floor keeps densities finite. */
function varianceOf({ weight, m2, mean }: Moments): number {
  const floor = 1e-12 * Math.max(1, mean * mean);
  return Math.max(floor, m2 / weight);
}
