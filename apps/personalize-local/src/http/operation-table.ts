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

const operations: ReadonlyMap<string, NamedOperation> = new Map([
  ['/events', { name: 'PutEvents', run: putEvents }],
  ['/items', { name: 'PutItems', run: putItems }],
  ['/users', { name: 'PutUsers', run: putUsers }],
  ['/recommendations', { name: 'GetRecommendations', run: getRecommendations }],
  ['/personalize-ranking', { name: 'GetPersonalizedRanking', run: getPersonalizedRanking }],
]);

/**
 * The operation of a request. Personalize's other operations (actions and the control plane) are not there.
 * @throws AwsError UnknownOperationException
 */
export function findOperation(method: string, url: string): NamedOperation {
  const operation = method === 'POST' ? operations.get(url.split('?', 1)[0] ?? '') : undefined;
  if (operation === undefined)
    throw new AwsError('UnknownOperationException', 'personalize-local has no such operation');
  return operation;
}
