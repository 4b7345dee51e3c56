import type { CandidateList, CandidateQuery, RankingQuery } from '@affinity/personalize';
import type { CallLimits } from '../time-budget';

/** Where candidates come from. Calls reject with an AffinityError, at the latest at their limits. */
export interface Candidates {
  /** The most promising items, best first. */
  propose(query: CandidateQuery, limits: CallLimits): Promise<CandidateList>;
  /** The items of the query in the visitor's order. */
  rank(query: RankingQuery, limits: CallLimits): Promise<CandidateList>;
}
