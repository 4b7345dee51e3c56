import { invalidInput } from '../errors';
import { arnRule, idRule } from '../wire/shared-rules';
import { newRecommendationId } from './get-recommendations';
import type { Operation } from './operation';
import { filterOf, readSharedFeatures, servingCampaign } from './shared-features';

const maxItems = 500;

/** GetPersonalizedRanking: the list in the visitor's order; items that the model does not know are appended. */
export const getPersonalizedRanking: Operation = (members, context) => {
  const campaignArn = members.requiredText('campaignArn', arnRule);
  const userId = members.requiredText('userId', idRule);
  const inputList = members.texts('inputList', { max: maxItems }, idRule);
  if (inputList === undefined) members.note('inputList', 'Member must not be null');
  const features = readSharedFeatures(members);
  members.check();
  const campaign = servingCampaign(campaignArn, context);
  if (campaign.recipeType !== 'PERSONALIZED_RANKING') throw invalidInput(['The recipe of this campaign does not rank']);
  const { admits = () => true } = filterOf(features, userId, { ...campaign, state: context.state });
  const unique = [...new Set(inputList)].filter(admits);
  return { personalizedRanking: campaign.model.rank(userId, unique), recommendationId: newRecommendationId() };
};
