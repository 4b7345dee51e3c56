import { AwsError, invalidInput } from '../errors';
import { arnRule, idRule } from '../wire/shared-rules';
import { newRecommendationId } from './get-recommendations';
import type { Operation } from './operation';
import { readSharedFeatures } from './refused-features';

const maxItems = 500;

/** GetPersonalizedRanking: the list in the visitor's order; items that the model does not know are appended. */
export const getPersonalizedRanking: Operation = (members, { names, recommender }) => {
  const campaignArn = members.requiredText('campaignArn', arnRule);
  const userId = members.requiredText('userId', idRule);
  const inputList = members.texts('inputList', { max: maxItems }, idRule);
  if (inputList === undefined) members.note('inputList', 'Member must not be null');
  const features = readSharedFeatures(members);
  members.check();
  if (campaignArn !== names.rankingCampaign) {
    const exists = campaignArn === names.visitorCampaign || campaignArn === names.relatedCampaign;
    if (exists) throw invalidInput(['The recipe of this campaign does not rank']);
    throw new AwsError('ResourceNotFoundException', `There is no campaign ${campaignArn}`);
  }
  features.refuse();
  const unique = [...new Set(inputList)];
  return { personalizedRanking: recommender.model.rank(userId, unique), recommendationId: newRecommendationId() };
};
