import type { AttributeValue as DomainValue } from '@affinity/domain';
import type { AttributeValue } from './generated/affinity/events/v1/event';

/** The domain's value of a contract's attribute; undefined when none is set. */
export function fromAttributeValue(value: AttributeValue): DomainValue | undefined {
  switch (value.kind?.$case) {
    case 'stringValue':
    case 'numberValue':
    case 'boolValue':
      return value.kind.value;
    case 'listValue':
      return value.kind.value.values;
    case undefined:
      return undefined;
  }
}

/** The contract's attribute of a domain value. */
export function toAttributeValue(value: DomainValue): AttributeValue {
  switch (typeof value) {
    case 'string':
      return { kind: { $case: 'stringValue', value } };
    case 'number':
      return { kind: { $case: 'numberValue', value } };
    case 'boolean':
      return { kind: { $case: 'boolValue', value } };
    default:
      return { kind: { $case: 'listValue', value: { values: [...value] } } };
  }
}

/** All attributes of a contract's map; entries without a value are left out. */
export function fromAttributes(attributes: ReadonlyMap<string, AttributeValue>): Map<string, DomainValue> {
  const values = new Map<string, DomainValue>();
  for (const [name, attribute] of attributes) {
    const value = fromAttributeValue(attribute);
    if (value !== undefined) values.set(name, value);
  }
  return values;
}

/** All attributes as a contract's map. */
export function toAttributes(values: ReadonlyMap<string, DomainValue>): Map<string, AttributeValue> {
  return new Map([...values].map(([name, value]) => [name, toAttributeValue(value)]));
}
