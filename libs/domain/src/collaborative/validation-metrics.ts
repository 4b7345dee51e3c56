import { discountAt, idealGain } from '../ranking-metrics';
import { fusedScores } from './candidate-features';
import { topPlaces } from './top-selection';
import type { ValidationQuery } from './validation-queries';

/** Metrics under the names of Personalize's GetSolutionMetrics. */
export type ValidationMetrics = Readonly<Record<string, number>>;

const cutoffs = [5, 10, 25];
const depth = 25;

/**
 * Means over the queries of the inner split, items met before included; 0 without queries. Coverage counts the distinct items
 * of all lists of 25. Source: "Evaluating a solution version with metrics", Amazon Personalize developer guide.
 */
export function validationMetrics(
  queries: readonly ValidationQuery[],
  weights: readonly number[],
  itemCount: number,
): ValidationMetrics {
  const named = new Set<number>();
  const answers = queries.map((query) => {
    const places = topPlaces(fusedScores(query.features, weights), query.features.items.length, depth);
    for (const place of places) named.add(query.features.items[place] ?? 0);
    return { hits: places.map((place) => query.isRelevant[place] === 1), relevant: query.relevant.all };
  });
  const mean = (valueOf: (answer: Answer) => number): number =>
    answers.length === 0 ? 0 : answers.reduce((sum, answer) => sum + valueOf(answer), 0) / answers.length;
  return {
    coverage: itemCount === 0 ? 0 : named.size / itemCount,
    mean_reciprocal_rank_at_25: mean(reciprocalRank),
    ...Object.fromEntries(
      cutoffs.flatMap((k) => [
        [`normalized_discounted_cumulative_gain_at_${k}`, mean((answer) => normalisedGain(answer, k))],
        [`precision_at_${k}`, mean(({ hits }) => hits.slice(0, k).filter(Boolean).length / k)],
      ]),
    ),
  };
}

interface Answer {
  readonly hits: readonly boolean[];
  readonly relevant: number;
}

function reciprocalRank({ hits }: Answer): number {
  const place = hits.indexOf(true);
  return place < 0 ? 0 : 1 / (place + 1);
}

function normalisedGain({ hits, relevant }: Answer, k: number): number {
  const gain = hits.slice(0, k).reduce((sum, hit, i) => sum + (hit ? discountAt(i + 1) : 0), 0);
  return gain / idealGain(Math.min(k, relevant));
}
