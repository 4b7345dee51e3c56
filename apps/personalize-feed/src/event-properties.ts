import type { AttributeValue } from '@affinity/domain';
import { isReservedProperty, personalizeLimits } from '@affinity/personalize';

/** Joins the values of a list, as Personalize wants several categories. */
const separator = '|';

/**
 * Attributes as Personalize's `properties`: a JSON object as text with camelCase keys, at most `maxLength` characters (by
 * default those of an event, 1,024); undefined when nothing is left. Attributes come in the order of `first` (the sources of the schema's
 * dimensions), then by name; each one that still fits is taken. Left out: reserved names, empty lists, and names that
 * become the same key as one before. Lists are joined by `|`, truth values become "true" and "false".
 */
export function eventProperties(
  attributes: ReadonlyMap<string, AttributeValue>,
  first: readonly string[],
  maxLength: number = personalizeLimits.propertiesLength,
): string | undefined {
  const keys = new Set<string>();
  let text = '';
  for (const name of orderedNames(attributes, first)) {
    const key = camelCase(name);
    const value = propertyValue(attributes.get(name));
    if (value === undefined || key === '' || keys.has(key) || isReservedProperty(key)) continue;
    const entry = `${text === '' ? '' : ','}${JSON.stringify(key)}:${JSON.stringify(value)}`;
    if (text.length + entry.length + 2 > maxLength) continue;
    keys.add(key);
    text += entry;
  }
  return text === '' ? undefined : `{${text}}`;
}

function orderedNames(attributes: ReadonlyMap<string, AttributeValue>, first: readonly string[]): readonly string[] {
  const leading = [...new Set(first)].filter((name) => attributes.has(name));
  const others = [...attributes.keys()].filter((name) => !first.includes(name));
  return [...leading, ...others.sort()];
}

function propertyValue(value: AttributeValue | undefined): string | number | undefined {
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (typeof value === 'string' || value === undefined) return value;
  return value.length === 0 ? undefined : value.join(separator);
}

/** `body_type`, `body-type` and `Body.Type` all become `bodyType`, the property of the schema field `BODY_TYPE`. */
function camelCase(name: string): string {
  const words = name.split(/[^A-Za-z0-9]+/).filter((word) => word !== '');
  return words.map((word, i) => (i === 0 ? lowerFirst(word) : upperFirst(word))).join('');
}

function lowerFirst(word: string): string {
  return word.charAt(0).toLowerCase() + word.slice(1);
}

function upperFirst(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
