import type { AttributeValue } from '@affinity/contracts';
import type { AttributeType, Schema } from '@affinity/domain';
import { isMalformedText } from '../wire/malformed-text';
import { eventLimits } from './event-limits';
import { quote } from './quote';
import type { Violations } from './violations';

const attributeName = /^[A-Za-z][A-Za-z0-9_.-]{0,63}$/;

type Kind = NonNullable<AttributeValue['kind']>;

const typeOfCase: Readonly<Record<Kind['$case'], AttributeType>> = {
  stringValue: 'string',
  numberValue: 'number',
  boolValue: 'bool',
  listValue: 'list',
};

/** Attributes must be few enough, well named, of the schema's types, and within the limits of their values. */
export function checkAttributes(
  violations: Violations,
  attributes: ReadonlyMap<string, AttributeValue>,
  schema: Schema,
): void {
  if (attributes.size > eventLimits.attributes) {
    violations.add('attributes', `must be at most ${eventLimits.attributes}, are ${attributes.size}`);
    return;
  }
  for (const [name, { kind }] of attributes) {
    if (!attributeName.test(name)) {
      violations.add(
        'attributes',
        `names must be letters, digits, "_", "." and "-", at most 64, a letter first, not ${quote(name)}`,
      );
    } else if (kind === undefined) {
      violations.add(`attributes.${name}`, 'must have a value');
    } else {
      checkType(violations, name, { kind, accepted: schema.attributeTypes.get(name) });
      checkValue(violations, `attributes.${name}`, kind);
    }
  }
}

function checkType(
  violations: Violations,
  name: string,
  { kind, accepted }: { readonly kind: Kind; readonly accepted: readonly AttributeType[] | undefined },
): void {
  const found = typeOfCase[kind.$case];
  if (accepted === undefined || accepted.includes(found)) return;
  violations.add(`attributes.${name}`, `must be a ${accepted.join(' or a ')}, is a ${found}`);
}

function checkValue(violations: Violations, field: string, kind: Kind): void {
  switch (kind.$case) {
    case 'stringValue':
      checkText(violations, field, kind.value);
      return;
    case 'numberValue':
      if (!Number.isFinite(kind.value)) violations.add(field, `must be a finite number, is ${kind.value}`);
      return;
    case 'listValue':
      checkList(violations, field, kind.value.values);
      return;
    case 'boolValue':
      return;
  }
}

function checkList(violations: Violations, field: string, values: readonly string[]): void {
  if (values.length > eventLimits.listValues) {
    violations.add(field, `must have at most ${eventLimits.listValues} values, has ${values.length}`);
    return;
  }
  values.forEach((value, i) => checkText(violations, `${field}[${i}]`, value));
}

function checkText(violations: Violations, field: string, value: string): void {
  // A text has at least as many bytes as UTF-16 units; counting the bytes of megabytes is not needed to refuse them.
  const bytes = value.length > eventLimits.textBytes ? value.length : Buffer.byteLength(value);
  if (bytes > eventLimits.textBytes) {
    violations.add(field, `must be at most ${eventLimits.textBytes} bytes of UTF-8, has ${bytes} or more`);
  } else if (isMalformedText(value)) {
    violations.add(field, 'must be valid UTF-8');
  }
}
