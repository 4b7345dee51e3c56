import { AwsError, invalidInput } from '../errors';
import type { Operation, OperationContext } from '../operations/operation';
import type { RequestMembers } from '../wire/request-members';
import { arnRule } from '../wire/shared-rules';
import { randomUUID } from 'node:crypto';
import { recipeTypes } from './recipes';
import type { Resource } from './resource';
import { checkTags, nameRule } from './shared-members';

/** Source: "Service quotas", Amazon Personalize developer guide. */
const quotas = { solutions: 10, campaigns: 5, versionsUnderWay: 20 };
/** What a solution or campaign may be told in AWS that has no meaning here. */
const refusedOfSolutions = ['performHPO', 'performAutoML', 'performIncrementalUpdate'];

/** CreateSolution. `eventType` and `solutionConfig.eventValueThreshold` choose what is trained on. */
export const createSolution: Operation = async (members, { control }) => {
  const name = members.requiredText('name', nameRule);
  const datasetGroupArn = members.requiredText('datasetGroupArn', arnRule);
  const recipeArn = members.requiredText('recipeArn', arnRule);
  const eventType = members.text('eventType', { max: 256 });
  const performAutoTraining = members.truth('performAutoTraining') ?? true;
  for (const member of refusedOfSolutions)
    if (members.truth(member) === true)
      members.note(member, 'personalize-local tunes by itself and has no such choice');
  const threshold = thresholdIn(members);
  checkTags(members);
  members.check();
  if (!recipeTypes.has(recipeArn)) throw new AwsError('ResourceNotFoundException', `There is no recipe ${recipeArn}`);
  control.resources.getActive('datasetGroup', datasetGroupArn);
  const arn = control.arn(`solution/${name}`);
  const own = { datasetGroupArn, recipeArn, performAutoTraining, ...(eventType === undefined ? {} : { eventType }) };
  const solutionConfig = threshold === undefined ? {} : { solutionConfig: { eventValueThreshold: threshold } };
  await control.make(
    { kind: 'solution', arn, name, dependsOn: [datasetGroupArn], members: { ...own, ...solutionConfig } },
    quotaIn(datasetGroupArn, quotas.solutions),
  );
  return { solutionArn: arn };
};

function thresholdIn(members: RequestMembers): string | undefined {
  const config = members.structure('solutionConfig');
  const threshold = config?.text('eventValueThreshold', { max: 256 });
  if (threshold !== undefined && !Number.isFinite(Number(threshold))) {
    config?.note('eventValueThreshold', 'Member must be a number');
  }
  for (const name of config?.names ?? []) {
    if (name !== 'eventValueThreshold') config?.note(name, 'personalize-local has no such choice');
  }
  return threshold;
}

/** CreateSolutionVersion: trains. */
export const createSolutionVersion: Operation = async (members, { control }) => {
  const solutionArn = members.requiredText('solutionArn', arnRule);
  const given = members.text('name', nameRule);
  const trainingMode = members.choice('trainingMode', ['FULL', 'UPDATE', 'AUTOTRAIN'] as const) ?? 'FULL';
  if (trainingMode === 'UPDATE') members.note('trainingMode', 'every version is trained in full');
  checkTags(members);
  members.check();
  const solution = control.resources.getActive('solution', solutionArn);
  const id = given ?? randomUUID().slice(0, 8);
  const arn = `${solutionArn}/${id}`;
  const { datasetGroupArn, recipeArn, eventType, solutionConfig } = solution.members;
  const own = { solutionArn, datasetGroupArn, recipeArn, trainingMode, trainingType: 'MANUAL' };
  const chosen = {
    ...(eventType === undefined ? {} : { eventType }),
    ...(solutionConfig === undefined ? {} : { solutionConfig }),
  };
  await control.make(
    {
      kind: 'solutionVersion',
      arn,
      name: id,
      dependsOn: [solutionArn, datasetGroupArn as string],
      members: { ...own, ...chosen },
    },
    { max: quotas.versionsUnderWay, counts: ({ status }) => status.startsWith('CREATE ') && !status.endsWith('ED') },
  );
  return { solutionVersionArn: arn };
};

/** StopSolutionVersionCreation. */
export const stopSolutionVersionCreation: Operation = async (members, { control }) => {
  const arn = members.requiredText('solutionVersionArn', arnRule);
  members.check();
  const version = control.resources.get('solutionVersion', arn);
  const isUnderWay = version.status === 'CREATE PENDING' || version.status === 'CREATE IN_PROGRESS';
  if (!isUnderWay) throw new AwsError('ResourceInUseException', `${arn} is ${version.status}, not under way`);
  await control.change(version, { status: 'CREATE STOPPING' });
  return {};
};

/** GetSolutionMetrics: over the inner split that the version was tuned on. */
export const getSolutionMetrics: Operation = (members, { control }) => {
  const arn = members.requiredText('solutionVersionArn', arnRule);
  members.check();
  const version = control.resources.getActive('solutionVersion', arn);
  return { solutionVersionArn: arn, metrics: version.internal?.['metrics'] ?? {} };
};

/** CreateCampaign of a solution version, or of a solution's latest (`…/$LATEST`). */
export const createCampaign: Operation = async (members, context) => {
  const { control } = context;
  const name = members.requiredText('name', nameRule);
  const solutionVersionArn = members.requiredText('solutionVersionArn', arnRule);
  const minProvisionedTPS = members.integer('minProvisionedTPS', { min: 1, max: 2_147_483_647 }) ?? 1;
  const campaignConfig = configIn(members);
  checkTags(members);
  members.check();
  const version = activeVersion(solutionVersionArn, context);
  const { datasetGroupArn, recipeArn, solutionArn } = version.members;
  const arn = control.arn(`campaign/${name}`);
  await control.make(
    {
      kind: 'campaign',
      arn,
      name,
      dependsOn: [datasetGroupArn as string, solutionArn as string, version.arn],
      members: { solutionVersionArn: version.arn, minProvisionedTPS, campaignConfig },
      internal: { datasetGroupArn, recipeArn },
    },
    quotaIn(datasetGroupArn as string, quotas.campaigns),
  );
  return { campaignArn: arn };
};

/** UpdateCampaign: the version that it has serves until the update is ACTIVE. */
export const updateCampaign: Operation = async (members, context) => {
  const { control } = context;
  const arn = members.requiredText('campaignArn', arnRule);
  const given = members.text('solutionVersionArn', arnRule);
  const minProvisionedTPS = members.integer('minProvisionedTPS', { min: 1, max: 2_147_483_647 });
  const campaignConfig = configIn(members);
  members.check();
  const campaign = control.resources.getActive('campaign', arn);
  const version = activeVersion(given ?? (campaign.members['solutionVersionArn'] as string), context);
  if (version.members['datasetGroupArn'] !== campaign.internal?.['datasetGroupArn']) {
    throw invalidInput([`${version.arn} is of another dataset group`]);
  }
  const nowS = context.nowMs() / 1_000;
  const latestCampaignUpdate = {
    solutionVersionArn: version.arn,
    minProvisionedTPS: minProvisionedTPS ?? campaign.members['minProvisionedTPS'],
    campaignConfig,
    status: 'CREATE PENDING',
    creationDateTime: nowS,
    lastUpdatedDateTime: nowS,
  };
  await control.change(campaign, {
    // The old version serves until the update is done: it cannot be deleted before.
    dependsOn: [...new Set([...campaign.dependsOn, version.members['solutionArn'] as string, version.arn])],
    members: { ...campaign.members, latestCampaignUpdate },
  });
  control.advance(arn);
  return { campaignArn: arn };
};

function activeVersion(arn: string, { control: { resources } }: OperationContext): Resource {
  if (!arn.endsWith('/$LATEST')) return resources.getActive('solutionVersion', arn);
  const solution = resources.get('solution', arn.slice(0, -'/$LATEST'.length));
  const versions = resources
    .dependants(solution.arn)
    .filter(({ kind, status }) => kind === 'solutionVersion' && status === 'ACTIVE');
  const latest = versions.at(-1);
  if (latest === undefined) throw new AwsError('ResourceNotFoundException', `${solution.arn} has no ACTIVE version`);
  return latest;
}

function configIn(members: RequestMembers): Readonly<Record<string, unknown>> {
  const config = members.structure('campaignConfig');
  for (const name of ['enableMetadataWithRecommendations', 'syncWithLatestSolutionVersion']) {
    if (config?.truth(name) === true) config.note(name, 'personalize-local has no such choice');
  }
  if (config?.has('itemExplorationConfig') === true) config.note('itemExplorationConfig', 'nothing is explored');
  return {};
}

function quotaIn(datasetGroupArn: string, max: number) {
  return { max, counts: (resource: Resource) => resource.dependsOn.includes(datasetGroupArn) };
}
