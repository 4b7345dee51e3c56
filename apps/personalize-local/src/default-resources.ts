import { recipeArns } from './control/recipes';
import type { Resource, ResourceKind } from './control/resource';
import type { ResourceNames } from './resource-names';

/** The resources that are there without any call. */
export interface DefaultResources {
  readonly resources: readonly Resource[];
  readonly groupArn: string;
  /** The version that all default campaigns serve until they are updated. */
  readonly versionArn: string;
}

/** A dataset group, its datasets, an event tracker, and a solution, version and campaign of each domain. */
export function defaultResources(names: ResourceNames, trackingId: string): DefaultResources {
  const groupArn = names.datasetGroup;
  const versionArn = `${names.solution}/untrained`;
  const owned = (kind: ResourceKind, arn: string, rest: Partial<Resource> = {}): Resource => ({
    kind,
    arn,
    name: arn.split('/').at(-1) ?? arn,
    status: 'ACTIVE',
    createdAtMs: 0,
    updatedAtMs: 0,
    dependsOn: [groupArn],
    members: { datasetGroupArn: groupArn },
    ...rest,
  });
  const dataset = (arn: string, datasetType: string): Resource =>
    owned('dataset', arn, { members: { datasetGroupArn: groupArn, datasetType } });
  const campaign = (arn: string, recipeArn: string): Resource =>
    owned('campaign', arn, {
      dependsOn: [groupArn, names.solution, versionArn],
      members: { solutionVersionArn: versionArn, minProvisionedTPS: 1 },
      internal: { recipeArn, datasetGroupArn: groupArn },
    });
  const training = { recipeArn: recipeArns.userPersonalization, datasetGroupArn: groupArn };
  return {
    groupArn,
    versionArn,
    resources: [
      owned('datasetGroup', groupArn, { dependsOn: [], members: {} }),
      dataset(names.itemsDataset, 'Items'),
      dataset(names.usersDataset, 'Users'),
      dataset(names.interactionsDataset, 'Interactions'),
      owned('eventTracker', names.eventTracker, { members: { datasetGroupArn: groupArn, trackingId } }),
      owned('solution', names.solution, { members: { ...training, performAutoTraining: false } }),
      owned('solutionVersion', versionArn, {
        dependsOn: [groupArn, names.solution],
        members: { ...training, solutionArn: names.solution, trainingMode: 'FULL' },
      }),
      campaign(names.visitorCampaign, recipeArns.userPersonalization),
      campaign(names.relatedCampaign, recipeArns.similarItems),
      campaign(names.rankingCampaign, recipeArns.personalizedRanking),
    ],
  };
}
