import { AwsError } from '../errors';
import type { RecordedEntity } from '../recommender';
import { type PropertiesRule, readProperties } from '../wire/properties';
import type { RequestMembers } from '../wire/request-members';
import { arnRule, idRule } from '../wire/shared-rules';
import type { Operation, OperationContext } from './operation';

const maxEntities = 10;

interface EntityShape {
  readonly kind: RecordedEntity['kind'];
  readonly list: string;
  readonly id: string;
  readonly dataset: 'itemsDataset' | 'usersDataset';
  readonly properties: PropertiesRule;
}

/** PutItems. */
export const putItems: Operation = (members, context) =>
  putEntities(members, context, {
    kind: 'item',
    list: 'items',
    id: 'itemId',
    dataset: 'itemsDataset',
    properties: { max: 32_000, reserved: 'allowed' },
  });

/** PutUsers. */
export const putUsers: Operation = (members, context) =>
  putEntities(members, context, {
    kind: 'user',
    list: 'users',
    id: 'userId',
    dataset: 'usersDataset',
    properties: { max: 24_000, reserved: 'allowed' },
  });

async function putEntities(members: RequestMembers, context: OperationContext, shape: EntityShape): Promise<object> {
  const datasetArn = members.requiredText('datasetArn', arnRule);
  const list = members.requiredStructures(shape.list, { min: 1, max: maxEntities });
  const entities = list.map((entity): RecordedEntity => {
    const properties = readProperties(entity, shape.properties);
    const id = entity.requiredText(shape.id, idRule);
    return { kind: shape.kind, id, ...(properties === undefined ? {} : { properties }) };
  });
  members.check();
  if (datasetArn !== context.names[shape.dataset]) {
    throw new AwsError('ResourceNotFoundException', `There is no ${shape.kind} dataset ${datasetArn}`);
  }
  await context.record(entities);
  return {};
}
