import { fromAttributes } from '@affinity/contracts';
import type { AttributeValue } from '@affinity/domain';
import { type Entity, type EntityKind, personalizeLimits } from '@affinity/personalize';
import type { ItemStore, UserStore } from '@affinity/profile-storage';
import { eventProperties } from '../event-properties';

/** What items or users are like now. */
export interface EntitySource {
  readonly kind: EntityKind;
  /** Those of the entities that exist. Must see every write that was answered before. Throws UNAVAILABLE or RESOURCE_EXHAUSTED. */
  current(ids: readonly string[]): Promise<readonly Entity[]>;
}

/** Items of the catalogue with these attributes. `items` must read consistently. */
export function itemSource(items: Pick<ItemStore, 'getItems'>, attributes: readonly string[]): EntitySource {
  return {
    kind: 'item',
    current: async (ids) => {
      const found = await items.getItems(ids);
      return [...found].map(([id, item]) => entityOf('item', id, chosen(fromAttributes(item.attributes), attributes)));
    },
  };
}

/** Users with these of their features, as far as they are texts, numbers, truth values or lists of texts. Never their names. */
export function userSource(users: Pick<UserStore, 'get'>, features: readonly string[]): EntitySource {
  return {
    kind: 'user',
    current: async (ids) => {
      const found = await Promise.all(ids.map((id) => users.get(id)));
      return found.flatMap((user) =>
        user === undefined ? [] : entityOf('user', user.userId, plainFeatures(user.userFeatures ?? {}, features)),
      );
    },
  };
}

function entityOf(kind: EntityKind, id: string, attributes: ReadonlyMap<string, AttributeValue>): Entity {
  const maxLength = personalizeLimits.entityPropertiesLength[kind];
  const properties = eventProperties(attributes, [...attributes.keys()], maxLength);
  return properties === undefined ? { id } : { id, properties };
}

function chosen(
  attributes: ReadonlyMap<string, AttributeValue>,
  names: readonly string[],
): ReadonlyMap<string, AttributeValue> {
  return new Map(
    names.flatMap((name) => {
      const value = attributes.get(name);
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}

function plainFeatures(
  features: Readonly<Record<string, unknown>>,
  names: readonly string[],
): ReadonlyMap<string, AttributeValue> {
  return new Map(
    names.flatMap((name) => {
      const value: unknown = Object.hasOwn(features, name) ? features[name] : undefined;
      return isAttributeValue(value) ? [[name, value] as const] : [];
    }),
  );
}

function isAttributeValue(value: unknown): value is AttributeValue {
  if (Array.isArray(value)) return value.every((element) => typeof element === 'string');
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}
