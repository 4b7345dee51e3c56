import { ContributionSource, type Contribution, type RecommendedItem } from '@affinity/contracts';
import { mergeRanks, type MergedItem, type MergedPart, type MergeWeights } from '@affinity/domain';
import type { PopularItems } from '../popularity/item-popularity';
import type { ItemPreferences } from '../preferences/preference-source';
import type { BaseItem, BaseList } from './base-list';
import type { ReasonWriter } from './reasons';

/** What a ranking is made with. */
export interface RankingRules {
  readonly weights: MergeWeights;
  readonly reasonOf: ReasonWriter;
}

/** What is ranked. */
export interface RankedQuestion {
  readonly base: BaseList;
  /** Undefined: popularity does not count beside the base list. */
  readonly popular?: PopularItems | undefined;
  /** Undefined: they could not be had. */
  readonly preferences: ItemPreferences | undefined;
  readonly relatedTo?: string | undefined;
}

/** The items of a base list, best first, each with what its score is made of and why. */
export function rankWithPreference(question: RankedQuestion, rules: RankingRules): RecommendedItem[] {
  const { base, popular, preferences } = question;
  const candidates = base.items.map(({ itemId, rank, score }) => ({
    itemId,
    baseRank: rank,
    baseScore: score,
    popularity: popular?.weightOf(itemId),
    preference: preferences?.get(itemId),
  }));
  const byId = new Map(base.items.map((item) => [item.itemId, item]));
  return mergeRanks(candidates, weightsFor(base, rules)).flatMap((merged) => {
    const item = byId.get(merged.itemId);
    return item === undefined ? [] : [toMessage(merged, item, { question, rules })];
  });
}

/** Where popularity stands in for the model, it counts for both. */
function weightsFor({ kind }: BaseList, { weights }: RankingRules): MergeWeights {
  return kind === 'model' ? weights : { ...weights, base: weights.base + weights.popularity, popularity: 0 };
}

interface Context {
  readonly question: RankedQuestion;
  readonly rules: RankingRules;
}

function toMessage(merged: MergedItem, item: BaseItem, { question, rules }: Context): RecommendedItem {
  const { base, preferences, relatedTo } = question;
  return {
    itemId: merged.itemId,
    score: merged.score,
    contributions: merged.parts.map((part) => contributionOf(part, base.kind)),
    reason: rules.reasonOf({ item, relatedTo, preference: preferences?.get(merged.itemId) }),
    modelRank: base.kind === 'model' ? (item.rank ?? 0) : 0,
  };
}

function contributionOf(part: MergedPart, kind: BaseList['kind']): Contribution {
  const { contribution } = part;
  if (part.kind === 'preference') {
    const { dimension, value } = part;
    return { source: ContributionSource.PREFERENCE, dimension, value, contribution };
  }
  const isModel = part.kind === 'base' && kind === 'model';
  const source = isModel ? ContributionSource.MODEL : ContributionSource.POPULARITY;
  return { source, dimension: '', value: '', contribution };
}
