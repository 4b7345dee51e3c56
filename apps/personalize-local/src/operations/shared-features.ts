import { AwsError, invalidInput } from '../errors';
import { createFilter, type FilterFacts } from '../filters/filter-match';
import { parseFilter } from '../filters/filter-parser';
import { fieldValues } from '../data/property-names';
import type { RequestMembers } from '../wire/request-members';
import { arnRule } from '../wire/shared-rules';
import { recipeTypes, type RecipeType } from '../control/recipes';
import type { EnsembleModel } from '@affinity/domain';
import type { Recommender } from '../recommender';
import type { OperationContext } from './operation';

/** What a request asks of a campaign besides ids. */
export interface SharedFeatures {
  readonly filterArn: string | undefined;
  readonly filterValues: Readonly<Record<string, string>>;
  /** Members that are refused once the campaign is found. */
  readonly refused: readonly string[];
}

/**
 * Reads what runtime requests have in common. `context` is checked and has no effect. Promotions and metadata columns are
 * not there: they are invalid input, as in AWS for a campaign without them.
 */
export function readSharedFeatures(members: RequestMembers): SharedFeatures {
  const filterArn = members.text('filterArn', arnRule);
  const filterValues = members.textMap('filterValues', {
    size: { max: 25 },
    key: { max: 50, pattern: /^[A-Za-z0-9_]+$/ },
    value: { min: 0, max: 1_000 },
  });
  members.checkTextMap('context', {
    size: { max: 150 },
    key: { max: 150, pattern: /^[A-Za-z\d_]+$/ },
    value: { min: 0, max: 1_000 },
  });
  return { filterArn, filterValues, refused: ['promotions', 'metadataColumns'].filter((name) => members.has(name)) };
}

/** What a campaign serves with. */
export interface ServingCampaign {
  readonly recipeType: RecipeType;
  readonly recommender: Recommender;
  readonly model: EnsembleModel;
  readonly groupArn: string;
}

/** The campaign of an ARN, with the version that it serves now. @throws AwsError ResourceNotFoundException, ResourceInUseException */
export function servingCampaign(arn: string, { state }: OperationContext): ServingCampaign {
  const campaign = state.resources.find(arn);
  if (campaign?.kind !== 'campaign') throw new AwsError('ResourceNotFoundException', `There is no campaign ${arn}`);
  if (campaign.status !== 'ACTIVE') throw new AwsError('ResourceInUseException', `${arn} is ${campaign.status}`);
  const groupArn = campaign.internal?.['datasetGroupArn'] as string;
  const recommender = state.group(groupArn);
  const model = recommender.model(campaign.members['solutionVersionArn'] as string);
  if (model === undefined) throw new Error(`the model of ${arn} is not there`);
  const recipeType = recipeTypes.get(campaign.internal?.['recipeArn'] as string) ?? 'USER_PERSONALIZATION';
  return { recipeType, recommender, model, groupArn };
}

/** The filter of a request, if it names one. @throws AwsError */
export function filterOf(
  { filterArn, filterValues, refused }: SharedFeatures,
  userId: string | undefined,
  { recommender, groupArn, state }: Pick<ServingCampaign, 'recommender' | 'groupArn'> & Pick<OperationContext, 'state'>,
): { readonly admits?: (itemId: string) => boolean } {
  if (refused.length > 0) throw invalidInput(refused.map((name) => `${name} is not enabled for this campaign`));
  if (filterArn === undefined) return {};
  const filter = state.resources.get('filter', filterArn);
  if (!filter.dependsOn.includes(groupArn)) throw invalidInput([`${filterArn} is of another dataset group`]);
  if (filter.status !== 'ACTIVE') throw invalidInput([`${filterArn} is ${filter.status}, not ACTIVE`]);
  const expression = parseFilter(filter.members['filterExpression'] as string);
  const facts: FilterFacts = {
    itemValues: (itemId, field) => fieldValues(recommender.items.get(itemId), field),
    eventTypes: (itemId) => (userId === undefined ? [] : recommender.recent.typesOf(userId, itemId)),
    userValues: (field) => (userId === undefined ? [] : fieldValues(recommender.users.get(userId), field)),
  };
  return { admits: createFilter(expression, filterValues, facts) };
}
