import {
  GetPersonalizedRankingCommand,
  GetRecommendationsCommand,
  PersonalizeRuntimeClient,
  type PredictedItem,
} from '@aws-sdk/client-personalize-runtime';
import { AffinityError, invalidArgument } from '@affinity/service-kit';
import type { Candidate, CandidateList, CandidateQuery, CandidateSource, RankingQuery } from './candidate-source';
import { clientOptions } from './client-options';
import { personalizeFailure } from './errors';
import { personalizeLimits } from './personalize-limits';
import type { PersonalizeConfig } from './personalize-settings';
import { proposalViolations, rankingViolations } from './query-violations';

/** The campaigns to ask, each by its ARN. A question without its campaign fails with FAILED_PRECONDITION. */
export interface Campaigns {
  /** Of a USER_PERSONALIZATION recipe. */
  readonly visitor?: string | undefined;
  /** Of a RELATED_ITEMS recipe. */
  readonly related?: string | undefined;
  /** Of a PERSONALIZED_RANKING recipe. */
  readonly ranking?: string | undefined;
}

/** Candidates from campaigns of Amazon Personalize, or of anything that speaks its protocol. */
export class PersonalizeCandidateSource implements CandidateSource {
  private readonly client: PersonalizeRuntimeClient;

  constructor(
    config: PersonalizeConfig,
    private readonly campaigns: Campaigns,
  ) {
    this.client = new PersonalizeRuntimeClient(clientOptions(config));
  }

  /** See CandidateSource. */
  async propose(query: CandidateQuery, signal: AbortSignal): Promise<CandidateList> {
    requireValid(proposalViolations(query));
    const command = new GetRecommendationsCommand({
      campaignArn: required(this.campaigns[query.kind], query.kind),
      userId: query.visitorId,
      numResults: query.count,
      ...(query.kind === 'related' ? { itemId: query.itemId } : {}),
    });
    const { itemList, recommendationId } = await this.send(
      () => this.client.send(command, { abortSignal: signal }),
      signal,
    );
    return candidateList(itemList, recommendationId);
  }

  /** See CandidateSource. */
  async rank({ visitorId, itemIds }: RankingQuery, signal: AbortSignal): Promise<CandidateList> {
    requireValid(rankingViolations({ visitorId, itemIds }));
    const campaignArn = required(this.campaigns.ranking, 'ranking');
    const command = new GetPersonalizedRankingCommand({ campaignArn, userId: visitorId, inputList: [...itemIds] });
    const answer = await this.send(() => this.client.send(command, { abortSignal: signal }), signal);
    return candidateList(answer.personalizedRanking, answer.recommendationId);
  }

  /** Closes idle connections. */
  close(): void {
    this.client.destroy();
  }

  private async send<T>(call: () => Promise<T>, signal: AbortSignal): Promise<T> {
    try {
      return await call();
    } catch (error) {
      throw personalizeFailure(error, signal);
    }
  }
}

function requireValid(violations: ReturnType<typeof proposalViolations>): void {
  if (violations.length > 0) throw invalidArgument(violations);
}

function required(arn: string | undefined, kind: keyof Campaigns): string {
  if (arn !== undefined) return arn;
  throw new AffinityError('FAILED_PRECONDITION', `this deployment has no ${kind} campaign`);
}

function candidateList(items: readonly PredictedItem[] = [], recommendationId: string | undefined): CandidateList {
  const candidates = new Map<string, Candidate>();
  for (const { itemId, score } of items) {
    // Promoted items may come twice; the better place counts.
    if (itemId === undefined || candidates.has(itemId)) continue;
    candidates.set(itemId, score === undefined ? { itemId } : { itemId, score });
  }
  const usable = recommendationId !== undefined && recommendationId.length <= personalizeLimits.recommendationIdLength;
  return { candidates: [...candidates.values()], ...(usable && recommendationId !== '' ? { recommendationId } : {}) };
}
