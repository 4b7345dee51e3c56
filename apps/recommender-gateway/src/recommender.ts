import { MissingPart, type GetRecommendationsResponse, type RecommendedItem } from '@affinity/contracts';
import { availabilityOf, isAvailable } from '@affinity/domain';
import type { CandidateQuery } from '@affinity/personalize';
import type { AnswerParts } from './answer-parts';
import type { Candidates } from './candidates/candidates';
import type { DescribedItems, ItemAttributes } from './catalogue/item-attributes';
import type { FallbackItems } from './popularity/fallback-items';
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
  readonly rules: RankingRules;
  /** Candidates to ask for where the request does not need more. */
  readonly candidateCount: number;
  /** What counts as now for what can be had, in epoch milliseconds. */
  readonly nowMs: () => number;
}

/** The most items that the model proposes, and that preferences are asked for, at a time. */
const maxCandidates = 500;
/** The first of the model's candidates are remembered for when it is away. */
const rememberedCandidates = 50;

/**
 * Answers GetRecommendations:
 *
 * 1. Candidates from the model and what the visitor has seen, at the same time. Without the model: popular items.
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
    const pool = this.pool(proposed === undefined ? this.popular(question) : modelList(proposed), question, seen);
    const items = await this.rank(pool, { question, budget, parts });
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

  private popular(question: RecommendationQuestion): BaseList {
    return { kind: 'popularity', items: this.options.fallback.top(this.wantedCandidates(question)) };
  }

  /** What may be recommended, and popular items for when too little of it is left. */
  private pool(base: BaseList, question: RecommendationQuestion, seen: ReadonlySet<string>): Pool {
    const { excluded, relatedTo, maxResults } = question;
    const isEligible = ({ itemId }: BaseItem): boolean =>
      !excluded.has(itemId) && !seen.has(itemId) && itemId !== relatedTo;
    const items = base.items.filter(isEligible).slice(0, maxCandidates);
    const lacking = base.kind === 'popularity' ? 0 : Math.max(0, 2 * maxResults - items.length);
    if (lacking === 0) return { base: { ...base, items }, spares: [] };
    const named = new Set(base.items.map(({ itemId }) => itemId));
    const popular = this.options.fallback
      .top(maxCandidates)
      .filter((item) => !named.has(item.itemId) && isEligible(item));
    const spares = popular.slice(0, Math.min(lacking, maxCandidates - items.length));
    return { base: { ...base, items }, spares: spares.map(({ itemId, origin }) => ({ itemId, origin })) };
  }

  private async rank(pool: Pool, { question, budget, parts }: Ranking): Promise<RecommendedItem[]> {
    const { attributes: catalogue, rules } = this.options;
    const { visitor, caps, relatedTo, maxResults } = question;
    const itemIds = [...pool.base.items, ...pool.spares].map(({ itemId }) => itemId);
    if (itemIds.length === 0) return [];
    const { attributes, failure } = await catalogue.attributesOf(itemIds, budget.describing);
    if (failure !== undefined) parts.miss(MissingPart.CATALOG, failure);
    const base = this.available(pool, maxResults, attributes);
    const scored = await this.score(base, { visitor, attributes, limits: budget.scoring }, parts);
    const ranked = rankWithPreference({ base, preferences: scored, relatedTo }, rules);
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
  private available({ base, spares }: Pool, wanted: number, attributes: DescribedItems['attributes']): BaseList {
    const nowMs = this.options.nowMs();
    const canBeHad = ({ itemId }: BaseItem): boolean => isAvailable(availabilityOf(attributes.get(itemId)), nowMs);
    const items = base.items.filter(canBeHad);
    const filling = spares.filter(canBeHad).slice(0, Math.max(0, wanted - items.length));
    return { ...base, items: [...items, ...filling] };
  }
}

interface Pool {
  readonly base: BaseList;
  readonly spares: readonly BaseItem[];
}

interface Ranking {
  readonly question: RecommendationQuestion;
  readonly budget: TimeBudget;
  readonly parts: AnswerParts;
}

interface Scoring {
  readonly visitor: RecommendationQuestion['visitor'];
  readonly attributes: DescribedItems['attributes'];
  readonly limits: CallLimits;
}
