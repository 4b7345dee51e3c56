import type { ScoredItem } from '@affinity/domain';
import { randomUUID } from 'node:crypto';
import { invalidInput } from '../errors';
import { arnRule, idRule } from '../wire/shared-rules';
import type { Operation } from './operation';
import { filterOf, readSharedFeatures, servingCampaign, type ServingCampaign } from './shared-features';

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
  const campaign = servingCampaign(campaignArn ?? recommenderArn ?? '', context);
  const ask = question(campaign, { userId, itemId });
  const filter = filterOf(features, userId, { ...campaign, state: context.state });
  const query = { count: count === 0 ? defaultResults : count, ...filter };
  return { itemList: ask(query), recommendationId: newRecommendationId() };
};

interface AskedIds {
  readonly userId: string | undefined;
  readonly itemId: string | undefined;
}

type Query = Parameters<ServingCampaign['model']['forVisitor']>[1];

function question(
  { recipeType, model }: ServingCampaign,
  { userId, itemId }: AskedIds,
): (query: Query) => ScoredItem[] {
  switch (recipeType) {
    case 'USER_PERSONALIZATION':
      if (userId === undefined) throw invalidInput(['userId is required by the recipe of this campaign']);
      return (query) => model.forVisitor(userId, query);
    case 'RELATED_ITEMS':
      if (itemId === undefined) throw invalidInput(['itemId is required by the recipe of this campaign']);
      return (query) => model.relatedTo(itemId, query);
    case 'PERSONALIZED_RANKING':
      throw invalidInput(['The recipe of this campaign ranks: use GetPersonalizedRanking']);
  }
}

/** `RID-` and a UUID: 40 characters, the most that an event may carry back. */
export function newRecommendationId(): string {
  return `RID-${randomUUID()}`;
}
