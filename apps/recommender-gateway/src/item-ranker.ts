import { MissingPart, type RankItemsResponse } from '@affinity/contracts';
import type { CandidateList } from '@affinity/personalize';
import type { AnswerParts } from './answer-parts';
import type { Candidates } from './candidates/candidates';
import type { ItemAttributes } from './catalogue/item-attributes';
import type { FallbackItems } from './popularity/fallback-items';
import { countedPopularity, type ItemPopularity } from './popularity/item-popularity';
import type { ItemPreferences, PreferenceSource } from './preferences/preference-source';
import { type BaseItem, type BaseList, modelList } from './ranking/base-list';
import { type RankingRules, rankWithPreference } from './ranking/rank-with-preference';
import type { RankingQuestion } from './request/ranking-question';
import { type CallLimits, TimeBudget } from './time-budget';

/** What lists are ranked with. */
export interface ItemRankerOptions {
  /** Undefined: this deployment's model does not rank, and popularity takes its place. */
  readonly candidates: Pick<Candidates, 'rank'> | undefined;
  readonly preferences: PreferenceSource;
  readonly attributes: ItemAttributes;
  readonly fallback: FallbackItems;
  /** Asked only where popularity counts. */
  readonly popularity: ItemPopularity;
  readonly rules: RankingRules;
}

/** Answers RankItems: the model's order and the visitor's preferences, asked for at the same time, merged and explained. */
export class ItemRanker {
  constructor(private readonly options: ItemRankerOptions) {}

  /** All items of the question; those that nothing is known of come last. Rejects only when the caller gave up. */
  async rank(question: RankingQuestion, limits: CallLimits, parts: AnswerParts): Promise<RankItemsResponse> {
    const { candidates, rules } = this.options;
    const budget = new TimeBudget(limits);
    const { visitor, itemIds } = question;
    const query = { visitorId: visitor.modelId, itemIds };
    const [proposed, scored] = await Promise.all([
      candidates && parts.get(MissingPart.MODEL, () => candidates.rank(query, budget.scoring)),
      parts.get(MissingPart.PREFERENCES, () => this.score(question, budget)),
    ]);
    const base = this.complete(proposed === undefined ? this.popular(itemIds) : knownList(proposed), itemIds);
    const popular = countedPopularity(base, this.options, parts);
    return {
      items: rankWithPreference({ base, popular, preferences: scored }, rules),
      info: parts.info(proposed?.recommendationId),
    };
  }

  /** The feature store looks for the attributes that could not be had here. */
  private async score({ visitor, itemIds }: RankingQuestion, budget: TimeBudget): Promise<ItemPreferences> {
    const { preferences, attributes: catalogue } = this.options;
    const { attributes } = await catalogue.attributesOf(itemIds, budget.gathering);
    return preferences.score(visitor, { itemIds, attributes }, budget.scoring);
  }

  private popular(itemIds: readonly string[]): BaseList {
    return { kind: 'popularity', items: this.options.fallback.among(itemIds) };
  }

  /** Whatever a base list does not name is still an item of the request, and nothing that was not asked for is. */
  private complete({ kind, items }: BaseList, itemIds: readonly string[]): BaseList {
    const named = new Map(items.map((item) => [item.itemId, item]));
    return { kind, items: itemIds.map((itemId): BaseItem => named.get(itemId) ?? { itemId, origin: 'asked' }) };
  }
}

/** Personalize appends the items that it does not know, without a score: those are not the model's. */
function knownList(proposed: CandidateList): BaseList {
  const list = modelList(proposed);
  const scored = list.items.filter(({ score }) => score !== undefined);
  return scored.length === 0 ? list : { ...list, items: scored };
}
