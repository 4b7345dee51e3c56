import { AwsError } from '../errors';
import type { RecordedEntity } from '../recorded';
import { type PropertiesRule, readProperties } from '../wire/properties';
import type { RequestMembers } from '../wire/request-members';
import { arnRule, idRule } from '../wire/shared-rules';
import type { Operation, OperationContext } from './operation';

const maxEntities = 10;

interface EntityShape {
  readonly kind: RecordedEntity['kind'];
  readonly list: string;
  readonly id: string;
  readonly datasetType: 'Items' | 'Users';
  readonly properties: PropertiesRule;
}

/** PutItems. */
export const putItems: Operation = (members, context) =>
  putEntities(members, context, {
    kind: 'item',
    list: 'items',
    id: 'itemId',
    datasetType: 'Items',
    properties: { max: 32_000, reserved: 'allowed' },
  });

/** PutUsers. */
export const putUsers: Operation = (members, context) =>
  putEntities(members, context, {
    kind: 'user',
    list: 'users',
    id: 'userId',
    datasetType: 'Users',
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
  const dataset = context.state.resources.find(datasetArn);
  if (dataset?.kind !== 'dataset' || dataset.members['datasetType'] !== shape.datasetType) {
    throw new AwsError('ResourceNotFoundException', `There is no ${shape.kind} dataset ${datasetArn}`);
  }
  if (dataset.status !== 'ACTIVE') throw new AwsError('ResourceInUseException', `${datasetArn} is ${dataset.status}`);
  const group = dataset.members['datasetGroupArn'] as string;
  await context.record(entities.map((entity) => ({ ...entity, group })));
  return {};
}
