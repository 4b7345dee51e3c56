import type { FieldViolation } from '@affinity/service-kit';
import type { CandidateQuery, RankingQuery } from './candidate-source';
import { personalizeLimits as limits } from './personalize-limits';

/** Every limit of GetRecommendations that a query breaks. */
export function proposalViolations(query: CandidateQuery): FieldViolation[] {
  return [
    ...idViolations('visitorId', query.visitorId),
    ...(query.kind === 'related' ? idViolations('itemId', query.itemId) : []),
    ...rangeViolations('count', query.count, limits.results),
  ];
}

/** Every limit of GetPersonalizedRanking that a query breaks. */
export function rankingViolations({ visitorId, itemIds }: RankingQuery): FieldViolation[] {
  return [
    ...idViolations('visitorId', visitorId),
    ...rangeViolations('itemIds', itemIds.length, limits.rankedItems),
    ...itemIds.flatMap((itemId, i) => idViolations(`itemIds[${i}]`, itemId)),
  ];
}

function idViolations(field: string, id: string): FieldViolation[] {
  if (id.length >= 1 && id.length <= limits.idLength) return [];
  return [{ field, description: `must have 1 to ${limits.idLength} characters, has ${id.length}` }];
}

function rangeViolations(field: string, value: number, max: number): FieldViolation[] {
  if (Number.isInteger(value) && value >= 1 && value <= max) return [];
  return [{ field, description: `must be from 1 to ${max}, is ${value}` }];
}
