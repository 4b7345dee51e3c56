import type { FieldViolation } from '@affinity/service-kit';
import type { Entity, EntityKind } from './entity-writer';
import { personalizeLimits as limits } from './personalize-limits';

/** Every limit of PutItems or PutUsers that a call breaks, with the path of the field; none when it can be sent. */
export function entityViolations(kind: EntityKind, entities: readonly Entity[]): FieldViolation[] {
  const list = kind === 'item' ? 'items' : 'users';
  const count = entities.length;
  const violations = entities.flatMap((entity, i) => violationsOf(`${list}[${i}]`, entity, kind));
  if (count >= 1 && count <= limits.entitiesPerCall) return violations;
  return [
    { field: list, description: `must have 1 to ${limits.entitiesPerCall} entries, has ${count}` },
    ...violations,
  ];
}

function violationsOf(path: string, { id, properties }: Entity, kind: EntityKind): FieldViolation[] {
  const violations: FieldViolation[] = [];
  const idField = `${path}.${kind}Id`;
  if (id.length < 1 || id.length > limits.idLength) {
    violations.push({ field: idField, description: `must have 1 to ${limits.idLength} characters, has ${id.length}` });
  }
  const max = limits.entityPropertiesLength[kind];
  if (properties !== undefined && (properties.length < 1 || properties.length > max)) {
    const description = `must have 1 to ${max} characters, has ${properties.length}`;
    violations.push({ field: `${path}.properties`, description });
  }
  return violations;
}
