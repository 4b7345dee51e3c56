import { MissingPart, type GetRecommendationsResponse, type RecommendedItem } from '@affinity/contracts';
import { availabilityOf, isAvailable } from '@affinity/domain';
import type { CandidateQuery } from '@affinity/personalize';
import type { AnswerParts } from './answer-parts';
import { candidatePool, type CandidatePool, maxCandidates } from './candidates/candidate-pool';
import type { Candidates } from './candidates/candidates';
import type { DescribedItems, ItemAttributes } from './catalogue/item-attributes';
import type { FallbackItems } from './popularity/fallback-items';
import { countedPopularity, type ItemPopularity, type PopularItems } from './popularity/item-popularity';
import type { ItemPreferences, PreferenceSource } from './preferences/preference-source';
import { type BaseItem, type BaseList, modelList } from './ranking/base-list';
import { pickDiverse } from './ranking/diversity';
import { type RankingRules, rankWithPreference } from './ranking/rank-with-preference';
import type { RecommendationQuestion } from './request/recommendation-question';
import { type CallLimits, TimeBudget } from './time-budget';

/** What recommendations are made from. */
export interface RecommenderOptions {
  readonly candidates: Candidates;
  readonly preferences: PreferenceSource;
  readonly attributes: ItemAttributes;
  readonly fallback: FallbackItems;
  /** Asked only where popularity counts. */
  readonly popularity: ItemPopularity;
  readonly rules: RankingRules;
  /** Candidates to ask for where the request does not need more. */
  readonly candidateCount: number;
  /** What counts as now for what can be had, in epoch milliseconds. */
  readonly nowMs: () => number;
}

/** The first of the model's candidates are remembered for when it is away. */
const rememberedCandidates = 50;

/**
 * Answers GetRecommendations:
 *
 * 1. Candidates from the model and what the visitor has seen, at the same time. Without the model: what is popular lately.
 *    Where popularity counts beside the model, popular items as well.
 * 2. Without the excluded, the seen and the item that related ones are asked for.
 * 3. What they are like, mostly remembered: without those that cannot be had now. Fewer than asked: popular items as well.
 * 4. Preferences.
 * 5. Merged, capped, explained.
 *
 * Each step that fails or takes too long is left out and named in the answer.
 */
export class Recommender {
  constructor(private readonly options: RecommenderOptions) {}

  /** Rejects only when the caller gave up. */
  async recommend(
    question: RecommendationQuestion,
    limits: CallLimits,
    parts: AnswerParts,
  ): Promise<GetRecommendationsResponse> {
    const budget = new TimeBudget(limits);
    const [proposed, seen] = await Promise.all([
      parts.get(MissingPart.MODEL, () => this.propose(question, budget.gathering)),
      this.seen(question, budget.gathering, parts),
    ]);
    const base = proposed === undefined ? this.popularLately(question) : modelList(proposed);
    // What is related to an item is not more so for being popular.
    const popular = question.relatedTo === undefined ? countedPopularity(base, this.options, parts) : undefined;
    const count = this.wantedCandidates(question);
    const lately = () => this.options.fallback.top(maxCandidates);
    const pool = candidatePool(base, { question, seen, popular: popular?.items, lately, count });
    const items = await this.rank(pool, { question, popular, budget, parts });
    return { items, info: parts.info(proposed?.recommendationId) };
  }

  private async propose(question: RecommendationQuestion, limits: CallLimits) {
    const { candidates, fallback } = this.options;
    const list = await candidates.propose(this.queryOf(question), limits);
    fallback.noteAnswer(list.candidates.slice(0, rememberedCandidates).map(({ itemId }) => itemId));
    return list;
  }

  private queryOf(question: RecommendationQuestion): CandidateQuery {
    const { relatedTo, visitor } = question;
    const common = { visitorId: visitor.modelId, count: this.wantedCandidates(question) };
    return relatedTo === undefined ? { kind: 'visitor', ...common } : { kind: 'related', itemId: relatedTo, ...common };
  }

  /** Enough that something is left after what is excluded has gone. */
  private wantedCandidates({ maxResults, excluded }: RecommendationQuestion): number {
    return Math.min(maxCandidates, Math.max(this.options.candidateCount, 2 * maxResults + excluded.size));
  }

  private async seen(
    question: RecommendationQuestion,
    limits: CallLimits,
    parts: AnswerParts,
  ): Promise<ReadonlySet<string>> {
    const { preferences } = this.options;
    const none = new Set<string>();
    if (question.includeSeen) return none;
    return (await parts.get(MissingPart.PREFERENCES, () => preferences.seen(question.visitor, limits))) ?? none;
  }

  private popularLately(question: RecommendationQuestion): BaseList {
    return { kind: 'popularity', items: this.options.fallback.top(this.wantedCandidates(question)) };
  }

  private async rank(pool: CandidatePool, { question, popular, budget, parts }: Ranking): Promise<RecommendedItem[]> {
    const { attributes: catalogue, rules } = this.options;
    const { visitor, caps, relatedTo, maxResults } = question;
    const itemIds = [...pool.base.items, ...pool.spares].map(({ itemId }) => itemId);
    if (itemIds.length === 0) return [];
    const { attributes, failure } = await catalogue.attributesOf(itemIds, budget.describing);
    if (failure !== undefined) parts.miss(MissingPart.CATALOG, failure);
    const base = this.available(pool, maxResults, attributes);
    const scored = await this.score(base, { visitor, attributes, limits: budget.scoring }, parts);
    const ranked = rankWithPreference({ base, popular, preferences: scored, relatedTo }, rules);
    return pickDiverse(ranked, { caps, attributes, count: maxResults });
  }

  private score(
    base: BaseList,
    { visitor, attributes, limits }: Scoring,
    parts: AnswerParts,
  ): Promise<ItemPreferences | undefined> {
    const itemIds = base.items.map(({ itemId }) => itemId);
    if (itemIds.length === 0) return Promise.resolve(undefined);
    const { preferences } = this.options;
    return parts.get(MissingPart.PREFERENCES, () => preferences.score(visitor, { itemIds, attributes }, limits));
  }

  /** The base list without what cannot be had now, filled up with spares that can. */
  private available(
    { base, spares }: CandidatePool,
    wanted: number,
    attributes: DescribedItems['attributes'],
  ): BaseList {
    const nowMs = this.options.nowMs();
    const canBeHad = ({ itemId }: BaseItem): boolean => isAvailable(availabilityOf(attributes.get(itemId)), nowMs);
    const items = base.items.filter(canBeHad);
    const filling = spares.filter(canBeHad).slice(0, Math.max(0, wanted - items.length));
    return { ...base, items: [...items, ...filling] };
  }
}

interface Ranking {
  readonly question: RecommendationQuestion;
  readonly popular: PopularItems | undefined;
  readonly budget: TimeBudget;
  readonly parts: AnswerParts;
}

interface Scoring {
  readonly visitor: RecommendationQuestion['visitor'];
  readonly attributes: DescribedItems['attributes'];
  readonly limits: CallLimits;
}
