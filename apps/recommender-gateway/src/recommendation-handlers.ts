import { RecommendationServiceService, type RecommendationInfo, type RecommendedItem } from '@affinity/contracts';
import { profileKeyOf } from '@affinity/domain';
import { bindService, type BoundService, type CallContext } from '@affinity/service-kit';
import { AnswerParts } from './answer-parts';
import type { Arm, ArmOf } from './experiments/arms';
import type { GatewayMeter } from './gateway-meter';
import type { ImpressionSink } from './impressions/open-impressions';
import { parseRankingQuestion } from './request/ranking-question';
import { parseRecommendationQuestion } from './request/recommendation-question';
import type { Visitor } from './request/visitor';

/** What RecommendationService is served from. */
export interface RecommendationHandlersOptions {
  readonly armOf: ArmOf;
  readonly meter: GatewayMeter;
  readonly impressions: ImpressionSink;
  /** Items of an answer, from the top, that count as shown. */
  readonly shownItems: number;
  /** What counts as now for events, in epoch milliseconds: that of a deployment of historical data lies in the past. */
  readonly nowMs: () => number;
}

/** Serves affinity.recommendations.v1.RecommendationService. */
export function recommendationService(options: RecommendationHandlersOptions): BoundService {
  const { armOf, meter } = options;
  const partsFor = ({ logger, signal }: CallContext, { assignment }: Arm): AnswerParts =>
    new AnswerParts({ meter, logger, signal, assignment });
  return bindService(RecommendationServiceService, {
    getRecommendations: async (request, context) => {
      const question = parseRecommendationQuestion(request);
      const arm = armOf(keyOf(question.visitor));
      const answer = await arm.recommender.recommend(question, context, partsFor(context, arm));
      report({ method: 'GetRecommendations', visitor: question.visitor, arm, answer }, options);
      return answer;
    },
    rankItems: async (request, context) => {
      const question = parseRankingQuestion(request);
      const arm = armOf(keyOf(question.visitor));
      const answer = await arm.ranker.rank(question, context, partsFor(context, arm));
      report({ method: 'RankItems', visitor: question.visitor, arm, answer }, options);
      return answer;
    },
  });
}

function keyOf({ ref: { key } }: Visitor): string {
  const actor = key?.$case === 'sessionId' ? { sessionId: key.value } : { userId: key?.value ?? '' };
  return profileKeyOf(actor) ?? '';
}

interface Answered {
  readonly method: string;
  readonly visitor: Visitor;
  readonly arm: Arm;
  readonly answer: { readonly items: readonly RecommendedItem[]; readonly info?: RecommendationInfo | undefined };
}

function report(
  { method, visitor, arm: { assignment }, answer: { items, info } }: Answered,
  { meter, impressions, shownItems, nowMs }: RecommendationHandlersOptions,
): void {
  const { degraded = false, recommendationId = '', variant = '' } = info ?? {};
  meter.answered(method, { degraded, variant });
  const itemIds = items.slice(0, shownItems).map(({ itemId }) => itemId);
  if (itemIds.length === 0) return;
  impressions({ visitor: visitor.ref, recommendationId, itemIds, assignment, degraded, shownAt: new Date(nowMs()) });
}
