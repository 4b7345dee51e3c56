import { randomUUID } from 'node:crypto';
import { AwsError, invalidInput } from '../errors';
import type { ScoredItem } from '../model/recommender-model';
import { arnRule, idRule } from '../wire/shared-rules';
import type { Operation, OperationContext } from './operation';
import { readSharedFeatures } from './refused-features';

const defaultResults = 25;
const maxResults = 500;

/** GetRecommendations: for a visitor or related to an item, as the campaign's recipe says. */
export const getRecommendations: Operation = (members, context) => {
  const campaignArn = members.text('campaignArn', arnRule);
  const recommenderArn = members.text('recommenderArn', arnRule);
  const userId = members.text('userId', idRule);
  const itemId = members.text('itemId', idRule);
  const count = members.number('numResults') ?? defaultResults;
  if (!Number.isInteger(count) || count < 0 || count > maxResults) {
    members.note('numResults', `Member must be a whole number from 0 to ${maxResults}`);
  }
  const features = readSharedFeatures(members);
  members.check();
  if ((campaignArn === undefined) === (recommenderArn === undefined)) {
    throw invalidInput(['Exactly one of campaignArn and recommenderArn must be given']);
  }
  features.refuse();
  const asked = { arn: campaignArn ?? recommenderArn ?? '', userId, itemId, count: count || defaultResults };
  return { itemList: recommend(asked, context), recommendationId: newRecommendationId() };
};

interface Asked {
  readonly arn: string;
  readonly userId: string | undefined;
  readonly itemId: string | undefined;
  readonly count: number;
}

function recommend({ arn, userId, itemId, count }: Asked, { names, recommender }: OperationContext): ScoredItem[] {
  switch (arn) {
    case names.visitorCampaign:
      if (userId === undefined) throw invalidInput(['userId is required by the recipe of this campaign']);
      return recommender.model.forVisitor(userId, count);
    case names.relatedCampaign:
      if (itemId === undefined) throw invalidInput(['itemId is required by the recipe of this campaign']);
      return recommender.model.relatedTo(itemId, count);
    case names.rankingCampaign:
      throw invalidInput(['The recipe of this campaign ranks: use GetPersonalizedRanking']);
    default:
      throw new AwsError('ResourceNotFoundException', `There is no campaign or recommender ${arn}`);
  }
}

/** `RID-` and a UUID: 40 characters, the most that an event may carry back. */
export function newRecommendationId(): string {
  return `RID-${randomUUID()}`;
}
