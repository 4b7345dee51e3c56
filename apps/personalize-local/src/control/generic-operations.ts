import { AwsError } from '../errors';
import type { Operation } from '../operations/operation';
import { arnRule } from '../wire/shared-rules';
import { recipeTypes } from './recipes';
import { describe, kindNames, type ResourceKind } from './resource';

const maxPage = 100;
/** Members that lists leave out. */
const longMembers: ReadonlySet<string> = new Set([
  'schema',
  'filterExpression',
  'latestCampaignUpdate',
  'latestDatasetUpdate',
  'campaignConfig',
]);
const filterMembers = ['datasetGroupArn', 'datasetArn', 'solutionArn'];

/** Describe of a kind. */
export function describeOperation(kind: ResourceKind): Operation {
  const { arnMember } = kindNames[kind];
  return (members, { control }) => {
    const arn = members.requiredText(arnMember, arnRule);
    members.check();
    return { [kind]: describe(control.resources.get(kind, arn)) };
  };
}

/** List of a kind, by page; the members of the request that name a parent choose. */
export function listOperation(kind: ResourceKind): Operation {
  return (members, { control }) => {
    const parents = filterMembers.flatMap((name) => members.text(name, arnRule) ?? []);
    const maxResults = members.integer('maxResults', { min: 1, max: maxPage }) ?? maxPage;
    const nextToken = members.text('nextToken', { max: 1_500 });
    members.check();
    const own = control.resources
      .ofKind(kind)
      .filter(({ dependsOn }) => parents.every((arn) => dependsOn.includes(arn)));
    const first = nextToken === undefined ? 0 : own.findIndex(({ arn }) => arn === decoded(nextToken)) + 1;
    if (nextToken !== undefined && first === 0)
      throw new AwsError('InvalidNextTokenException', 'The token is not valid');
    const page = own.slice(first, first + maxResults);
    const last = page.at(-1);
    const more = last !== undefined && first + maxResults < own.length;
    const summaries = page.map((resource) =>
      Object.fromEntries(Object.entries(describe(resource)).filter(([name]) => !longMembers.has(name))),
    );
    return { [kindNames[kind].plural]: summaries, ...(more ? { nextToken: encoded(last.arn) } : {}) };
  };
}

/** Delete of a kind. */
export function deleteOperation(kind: ResourceKind): Operation {
  const { arnMember } = kindNames[kind];
  return async (members, { control }) => {
    const arn = members.requiredText(arnMember, arnRule);
    members.check();
    await control.delete(kind, arn);
    return {};
  };
}

/** ListRecipes. */
export const listRecipes: Operation = (members) => {
  members.check();
  return {
    recipes: [...recipeTypes.keys()].map((recipeArn) => ({
      name: recipeArn.split('/').at(-1),
      recipeArn,
      status: 'ACTIVE',
    })),
  };
};

/** DescribeRecipe. */
export const describeRecipe: Operation = (members) => {
  const recipeArn = members.requiredText('recipeArn', arnRule);
  members.check();
  const recipeType = recipeTypes.get(recipeArn);
  if (recipeType === undefined) throw new AwsError('ResourceNotFoundException', `There is no recipe ${recipeArn}`);
  return { recipe: { name: recipeArn.split('/').at(-1), recipeArn, recipeType, status: 'ACTIVE' } };
};

function encoded(text: string): string {
  return Buffer.from(text).toString('base64url');
}

function decoded(token: string): string {
  return Buffer.from(token, 'base64url').toString();
}
