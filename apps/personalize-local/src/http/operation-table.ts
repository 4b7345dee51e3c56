import {
  createDataDeletionJob,
  createDataset,
  createDatasetGroup,
  createDatasetImportJob,
  createSchema,
  updateDataset,
} from '../control/dataset-operations';
import {
  deleteOperation,
  describeOperation,
  describeRecipe,
  listOperation,
  listRecipes,
} from '../control/generic-operations';
import { kindNames, type ResourceKind } from '../control/resource';
import {
  createCampaign,
  createSolution,
  createSolutionVersion,
  getSolutionMetrics,
  stopSolutionVersionCreation,
  updateCampaign,
} from '../control/solution-operations';
import { createEventTracker, createFilter } from '../control/tracker-operations';
import { AwsError } from '../errors';
import { getPersonalizedRanking } from '../operations/get-personalized-ranking';
import { getRecommendations } from '../operations/get-recommendations';
import type { Operation } from '../operations/operation';
import { putItems, putUsers } from '../operations/put-entities';
import { putEvents } from '../operations/put-events';

/** An operation and its name, for metrics. */
export interface NamedOperation {
  readonly name: string;
  readonly run: Operation;
}

/** Of runtime and events, by path. */
const operations: ReadonlyMap<string, NamedOperation> = new Map([
  ['/events', { name: 'PutEvents', run: putEvents }],
  ['/items', { name: 'PutItems', run: putItems }],
  ['/users', { name: 'PutUsers', run: putUsers }],
  ['/recommendations', { name: 'GetRecommendations', run: getRecommendations }],
  ['/personalize-ranking', { name: 'GetPersonalizedRanking', run: getPersonalizedRanking }],
]);

/** What a dataset import job, a solution version and a data deletion job made stays: AWS does not delete them alone. */
const undeletable: ReadonlySet<ResourceKind> = new Set(['datasetImportJob', 'solutionVersion', 'dataDeletionJob']);

/** Of the control plane, by target. */
const controlOperations: ReadonlyMap<string, Operation> = new Map([
  ['CreateDatasetGroup', createDatasetGroup],
  ['CreateSchema', createSchema],
  ['CreateDataset', createDataset],
  ['UpdateDataset', updateDataset],
  ['CreateDatasetImportJob', createDatasetImportJob],
  ['CreateDataDeletionJob', createDataDeletionJob],
  ['CreateSolution', createSolution],
  ['CreateSolutionVersion', createSolutionVersion],
  ['StopSolutionVersionCreation', stopSolutionVersionCreation],
  ['GetSolutionMetrics', getSolutionMetrics],
  ['CreateCampaign', createCampaign],
  ['UpdateCampaign', updateCampaign],
  ['CreateEventTracker', createEventTracker],
  ['CreateFilter', createFilter],
  ['ListRecipes', listRecipes],
  ['DescribeRecipe', describeRecipe],
  ...(Object.keys(kindNames) as ResourceKind[]).flatMap(genericOperations),
]);

function genericOperations(kind: ResourceKind): [string, Operation][] {
  const { operation, plural } = kindNames[kind];
  const listed = plural.charAt(0).toUpperCase() + plural.slice(1);
  const both: [string, Operation][] = [
    [`Describe${operation}`, describeOperation(kind)],
    [`List${listed}`, listOperation(kind)],
  ];
  return undeletable.has(kind) ? both : [...both, [`Delete${operation}`, deleteOperation(kind)]];
}

/** What tells a request's operation. */
export interface RequestTarget {
  readonly method: string;
  readonly url: string;
  /** The header `x-amz-target`, of the control plane's protocol. */
  readonly target: string | undefined;
}

const targetPrefix = 'AmazonPersonalize.';

/**
 * The operation of a request. What Personalize has besides (actions, batch jobs, recommenders, …) is not there.
 * @throws AwsError UnknownOperationException
 */
export function findOperation({ method, url, target }: RequestTarget): NamedOperation {
  const path = url.split('?', 1)[0] ?? '';
  const name = target?.startsWith(targetPrefix) === true ? target.slice(targetPrefix.length) : '';
  const run = path === '/' ? controlOperations.get(name) : undefined;
  const operation = run === undefined ? operations.get(path) : { name, run };
  if (method !== 'POST' || operation === undefined) {
    throw new AwsError('UnknownOperationException', 'personalize-local has no such operation');
  }
  return operation;
}
