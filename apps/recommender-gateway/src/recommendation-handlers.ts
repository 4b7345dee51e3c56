import { RecommendationServiceService } from '@affinity/contracts';
import { bindService, type BoundService, type CallContext } from '@affinity/service-kit';
import { AnswerParts } from './answer-parts';
import type { GatewayMeter } from './gateway-meter';
import type { ItemRanker } from './item-ranker';
import type { Recommender } from './recommender';
import { parseRankingQuestion } from './request/ranking-question';
import { parseRecommendationQuestion } from './request/recommendation-question';

/** What RecommendationService is served from. */
export interface RecommendationHandlersOptions {
  readonly recommender: Recommender;
  readonly ranker: ItemRanker;
  readonly meter: GatewayMeter;
}

/** Serves affinity.recommendations.v1.RecommendationService. */
export function recommendationService({ recommender, ranker, meter }: RecommendationHandlersOptions): BoundService {
  const partsFor = ({ logger, signal }: CallContext): AnswerParts => new AnswerParts({ meter, logger, signal });
  return bindService(RecommendationServiceService, {
    getRecommendations: async (request, context) => {
      const question = parseRecommendationQuestion(request);
      const answer = await recommender.recommend(question, context, partsFor(context));
      meter.answered('GetRecommendations', answer.info?.degraded ?? false);
      return answer;
    },
    rankItems: async (request, context) => {
      const question = parseRankingQuestion(request);
      const answer = await ranker.rank(question, context, partsFor(context));
      meter.answered('RankItems', answer.info?.degraded ?? false);
      return answer;
    },
  });
}
