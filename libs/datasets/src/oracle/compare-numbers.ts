import { quantilesOf, sketchRelativeError, sketchWeight } from '@affinity/domain';
import type { Moments, NumericState, QuantileSketch } from '@affinity/domain';
import type { DifferenceReport } from './difference-report';

/** The two sides of one numeric dimension. */
export interface NumbersPair {
  readonly where: string;
  /** Each number with its signed weight. */
  readonly samples: readonly (readonly [value: number, weight: number])[];
  readonly actual: NumericState;
}

type Sample = NumbersPair['samples'][number];

const relative = 1e-9;

/** Compares moments with those of the samples, computed in two passes; to a relative 1e-9. */
export function compareNumbers(report: DifferenceReport, { where, samples, actual }: NumbersPair): void {
  compareSide(report, { where: `${where}: added`, samples: samples.filter(isAdded), actual: actual.added });
  const removed = samples.filter((sample) => !isAdded(sample)).map(([value, weight]) => [value, -weight] as const);
  compareSide(report, { where: `${where}: removed`, samples: removed, actual: actual.removed });
  if (actual.sketch !== undefined) {
    compareSketch(report, { where: `${where}: sketch`, samples: samples.filter(isAdded), actual: actual.sketch });
  }
}

/** No round numbers, so that none falls on the border between two samples. */
const comparedParts = [0.0517, 0.2531, 0.5023, 0.7519, 0.9511];

function compareSketch(
  report: DifferenceReport,
  { where, samples, actual }: Omit<NumbersPair, 'actual'> & { readonly actual: QuantileSketch },
): void {
  const weight = samples.reduce((sum, [, own]) => sum + own, 0);
  report.compare(`${where} weight`, weight, sketchWeight(actual), weight * relative);
  const rising = [...samples].sort(([left], [right]) => left - right);
  const found = quantilesOf(actual, comparedParts) ?? [];
  for (const [i, part] of comparedParts.entries()) {
    let below = 0;
    const [expected = 0] = rising.find(([, own]) => (below += own) > part * weight) ?? [];
    // A number on the border of two bins, such as 1, is off by the whole error, and floating point adds its own.
    const tolerance = (sketchRelativeError + relative) * Math.abs(expected);
    report.compare(`${where} quantile ${part}`, expected, found[i] ?? NaN, tolerance);
  }
}

function isAdded([, weight]: Sample): boolean {
  return weight > 0;
}

interface Side {
  readonly where: string;
  readonly samples: readonly Sample[];
  readonly actual: Moments;
}

function compareSide(report: DifferenceReport, { where, samples, actual }: Side): void {
  const weight = samples.reduce((sum, [, own]) => sum + own, 0);
  report.compare(`${where} weight`, weight, actual.weight, Number.isInteger(weight) ? 0 : weight * relative);
  if (weight === 0 || !(actual.weight > 0)) return;
  const values = samples.map(([value]) => value);
  const least = values.reduce((left, right) => Math.min(left, right));
  const most = values.reduce((left, right) => Math.max(left, right));
  const size = Math.max(Math.abs(least), Math.abs(most));
  const { mean, variance } = momentsOf(samples, weight);
  report.compare(`${where} mean`, mean, actual.mean, size * relative);
  // A variance far below the square of its mean cannot be had to full precision by any one-pass formula (Chan, Golub,
  // LeVeque, 1983); the second term is 1e-18 of that square.
  const tolerance = relative * (variance + relative * size * size);
  report.compare(`${where} variance`, variance, actual.m2 / actual.weight, tolerance);
  report.compare(`${where} minimum`, least, actual.min);
  report.compare(`${where} maximum`, most, actual.max);
}

function momentsOf(samples: readonly Sample[], weight: number): { readonly mean: number; readonly variance: number } {
  const mean = samples.reduce((sum, [value, own]) => sum + own * value, 0) / weight;
  const variance = samples.reduce((sum, [value, own]) => sum + own * (value - mean) ** 2, 0) / weight;
  return { mean, variance };
}
