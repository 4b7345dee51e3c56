/** Personalize's name of NDCG over the first 25. Source: "Evaluating a solution version with metrics", developer guide. */
const ndcgName = 'normalized_discounted_cumulative_gain_at_25';

/** The NDCG at 25 among a version's metrics; undefined when it has none. */
export function ndcgOf(metrics: Readonly<Record<string, number>>): number | undefined {
  return metrics[ndcgName];
}

/** `better` includes: equal, worse within the margin, and nothing to compare with. */
export type VersionJudgement = 'better' | 'worse' | 'unmeasured';

/**
 * Whether a version may replace the one that serves. `maxLoss` is a share of the serving version's NDCG, from 0 to 1. Each
 * version is measured on users held out of its own data, so the margin should be wider than what NDCG changes by chance.
 */
export function judgeVersion(
  fresh: number | undefined,
  { serving, maxLoss }: { readonly serving: number | undefined; readonly maxLoss: number },
): VersionJudgement {
  if (serving === undefined) return 'better';
  if (fresh === undefined) return 'unmeasured';
  return fresh >= serving * (1 - maxLoss) ? 'better' : 'worse';
}
