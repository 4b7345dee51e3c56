import { MissingPart, type GetRecommendationsResponse, type RecommendedItem } from '@affinity/contracts';
import type { CandidateQuery, CandidateSource } from '@affinity/personalize';
import type { AnswerParts } from './answer-parts';
import type { ItemAttributes } from './catalogue/item-attributes';
import type { FallbackItems } from './popularity/fallback-items';
import type { PreferenceSource } from './preferences/preference-source';
import { type BaseItem, type BaseList, modelList } from './ranking/base-list';
import { pickDiverse } from './ranking/diversity';
import { type RankingRules, rankWithPreference } from './ranking/rank-with-preference';
import type { RecommendationQuestion } from './request/recommendation-question';
import { type CallLimits, TimeBudget, within } from './time-budget';

/** What recommendations are made from. */
export interface RecommenderOptions {
  readonly candidates: CandidateSource;
  readonly preferences: PreferenceSource;
  readonly attributes: ItemAttributes;
  readonly fallback: FallbackItems;
  readonly rules: RankingRules;
  /** Candidates to ask for where the request does not need more. */
  readonly candidateCount: number;
}

/** The most items that the model proposes, and that preferences are asked for, at a time. */
const maxCandidates = 500;
/** The first of the model's candidates are remembered for when it is away. */
const rememberedCandidates = 50;

/**
 * Answers GetRecommendations:
 *
 * 1. Candidates from the model and what the visitor has seen, at the same time. Without the model: popular items.
 * 2. Without the excluded, the seen and the item that related ones are asked for. Fewer than asked: popular items as well.
 * 3. Preferences and, for caps, attributes, at the same time.
 * 4. Merged, capped, explained.
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
    const base = this.eligible(proposed === undefined ? this.popular(question) : modelList(proposed), question, seen);
    const items = await this.rank(base, { question, limits: budget.scoring, parts });
    return { items, info: parts.info(proposed?.recommendationId) };
  }

  private async propose(question: RecommendationQuestion, limits: CallLimits) {
    const { candidates, fallback } = this.options;
    const list = await within(limits, (signal) => candidates.propose(this.queryOf(question), signal));
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

  private eligible(base: BaseList, question: RecommendationQuestion, seen: ReadonlySet<string>): BaseList {
    const { excluded, relatedTo, maxResults } = question;
    const isEligible = ({ itemId }: BaseItem): boolean =>
      !excluded.has(itemId) && !seen.has(itemId) && itemId !== relatedTo;
    const items = base.items.filter(isEligible);
    if (items.length >= maxResults || base.kind === 'popularity') return { ...base, items };
    const named = new Set(base.items.map(({ itemId }) => itemId));
    const popular = this.options.fallback
      .top(maxCandidates)
      .filter((item) => !named.has(item.itemId) && isEligible(item));
    const unranked = popular.slice(0, maxResults - items.length).map(({ itemId, origin }) => ({ itemId, origin }));
    return { ...base, items: [...items, ...unranked] };
  }

  private async rank(base: BaseList, { question, limits, parts }: Ranking): Promise<RecommendedItem[]> {
    const { preferences, attributes, rules } = this.options;
    const { visitor, caps, relatedTo, maxResults } = question;
    const itemIds = base.items.map(({ itemId }) => itemId).slice(0, maxCandidates);
    if (itemIds.length === 0) return [];
    const [scored, known] = await Promise.all([
      parts.get(MissingPart.PREFERENCES, () => preferences.score(visitor, itemIds, limits)),
      caps.length === 0
        ? undefined
        : parts.get(MissingPart.CATALOG, () => within(limits, () => attributes.attributesOf(itemIds, limits))),
    ]);
    const ranked = rankWithPreference({ base, preferences: scored, relatedTo }, rules);
    return pickDiverse(ranked, { caps, attributes: known ?? new Map(), count: maxResults });
  }
}

interface Ranking {
  readonly question: RecommendationQuestion;
  readonly limits: CallLimits;
  readonly parts: AnswerParts;
}
