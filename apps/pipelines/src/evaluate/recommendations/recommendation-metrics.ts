import {
  bootstrapMean,
  coverageAt,
  type MeanEstimate,
  ndcgAt,
  precisionAt,
  recallAt,
  reciprocalRankAt,
} from '@affinity/domain';
import { listLength, type MethodName, methodNames } from './ranking-methods';
import type { AnsweredQuery, RecommendationEvaluation } from './recommendation-evaluation';

/** The metrics of one way of ranking. */
export interface MethodMetrics {
  readonly method: MethodName;
  /** By metric name, the mean over the questions with its 95 % bootstrap interval. */
  readonly means: Readonly<Record<string, MeanEstimate>>;
  /** Of lists of 25. */
  readonly coverage: number;
}

type Metric = (list: readonly string[], relevant: ReadonlySet<string>) => number;

/** The metrics of all ways of ranking. `random` gives numbers from 0 to just below 1. */
export function metricsOf(
  { answers, catalogueSize }: RecommendationEvaluation,
  { k, random }: { readonly k: number; readonly random: () => number },
): readonly MethodMetrics[] {
  const metrics = metricsAt(k);
  return methodNames.map((method) => ({
    method,
    means: Object.fromEntries(
      Object.entries(metrics).map(([name, metric]) => [
        name,
        bootstrapMean(valuesOf(answers, method, metric), { random }),
      ]),
    ),
    coverage: coverageAt(
      answers.map(({ lists }) => lists[method]),
      catalogueSize,
      listLength,
    ),
  }));
}

function metricsAt(k: number): Readonly<Record<string, Metric>> {
  const cutoffs = [...new Set([5, 10, 25, k])].sort((left, right) => left - right);
  return Object.fromEntries([
    [`precision@${k}`, (list, relevant) => precisionAt(list, relevant, k)],
    ...cutoffs.map((cutoff): [string, Metric] => [
      `NDCG@${cutoff}`,
      (list, relevant) => ndcgAt(list, relevant, cutoff),
    ]),
    ['MRR@25', (list, relevant) => reciprocalRankAt(list, relevant, 25)],
    ['recall@20', (list, relevant) => recallAt(list, relevant, 20)],
  ] satisfies [string, Metric][]);
}

function valuesOf(answers: readonly AnsweredQuery[], method: MethodName, metric: Metric): readonly number[] {
  return answers.map(({ lists, relevant }) => metric(lists[method], new Set(relevant)));
}
