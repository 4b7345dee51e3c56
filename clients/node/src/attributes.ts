import { toAttributes, type AttributeValue } from '@affinity/contracts';

/** An attribute as one writes it: a text, a number, a truth value or several texts. */
export type PlainAttribute = string | number | boolean | readonly string[];

/** The attributes of an event or item from a plain object, such as `attributes({ colour: 'red', price: 9500 })`. */
export function attributes(plain: Readonly<Record<string, PlainAttribute>>): Map<string, AttributeValue> {
  return toAttributes(new Map(Object.entries(plain)));
}
