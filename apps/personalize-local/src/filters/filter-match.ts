import { invalidInput } from '../errors';
import {
  type FilterClause,
  type FilterComparison,
  type FilterCondition,
  type FilterExpression,
  type FilterValue,
  parametersOf,
} from './filter-expression';

/** What a filter looks at. */
export interface FilterFacts {
  /** The values of a field of an item; none when it has none. */
  readonly itemValues: (itemId: string, field: string) => readonly string[];
  /** The event types, in lower case, that the user lately had with an item. */
  readonly eventTypes: (itemId: string) => readonly string[];
  /** The values of a field of the user. */
  readonly userValues: (field: string) => readonly string[];
}

/** The values of a request, as it gave them: `"comedy","drama"`. */
export type FilterParameters = Readonly<Record<string, string>>;

/**
 * Which items an expression lets through. A clause that excludes and of which a parameter is missing is ignored; one that
 * includes needs all. @throws AwsError InvalidInputException
 */
export function createFilter(
  expression: FilterExpression,
  parameters: FilterParameters,
  facts: FilterFacts,
): (itemId: string) => boolean {
  const values = parsedParameters(parameters);
  const holds = (condition: FilterCondition, itemId: string): boolean =>
    condition.anyOf.some((group) => group.every((one) => matches(one, valuesOf(one, itemId, facts), values)));
  const clauses = expression.clauses.filter((clause) => isComplete(clause, values));
  if (expression.onlyIf !== undefined && !holds(expression.onlyIf, '')) return () => true;
  return (itemId) => clauses.every(({ action, condition }) => holds(condition, itemId) === (action === 'INCLUDE'));
}

type ParameterValues = ReadonlyMap<string, readonly string[]>;

function parsedParameters(parameters: FilterParameters): ParameterValues {
  const values = new Map<string, readonly string[]>();
  for (const [name, text] of Object.entries(parameters)) {
    if (!/^\s*"[^"]*"(\s*,\s*"[^"]*")*\s*$/.test(text)) {
      throw invalidInput([`Value at 'filterValues.${name}' must be values in double quotes, separated by commas`]);
    }
    values.set(
      name,
      [...text.matchAll(/"([^"]*)"/g)].map(([, value = '']) => value),
    );
  }
  return values;
}

function isComplete(clause: FilterClause, values: ParameterValues): boolean {
  const missing = parametersOf(clause).filter((name) => !values.has(name));
  if (missing.length > 0 && clause.action === 'INCLUDE') {
    throw invalidInput(missing.map((name) => `The filter parameter ${name} is required by an INCLUDE expression`));
  }
  return missing.length === 0;
}

function valuesOf({ dataset, field }: FilterComparison, itemId: string, facts: FilterFacts): readonly string[] {
  switch (dataset) {
    case 'Items':
      return field === 'ITEM_ID' ? [itemId] : facts.itemValues(itemId, field);
    case 'Interactions':
      return facts.eventTypes(itemId);
    case 'CurrentUser':
      return facts.userValues(field);
  }
}

function matches(
  { dataset, operator, values }: FilterComparison,
  own: readonly string[],
  given: ParameterValues,
): boolean {
  // The case of event types does not count.
  const folded = (text: string): string => (dataset === 'Interactions' ? text.toLowerCase() : text);
  const wanted = values.flatMap((value) => textsOf(value, given)).map(folded);
  const isAny = values.some(({ kind }) => kind === 'any');
  switch (operator) {
    case 'IN':
      return isAny ? own.length > 0 : own.some((value) => wanted.includes(value));
    case 'NOT IN':
      return !(isAny ? own.length > 0 : own.some((value) => wanted.includes(value)));
    default:
      return own.some((value) => wanted.some((bound) => compares(value, operator, bound)));
  }
}

function textsOf(value: FilterValue, given: ParameterValues): readonly string[] {
  if (value.kind === 'literal') return [value.text];
  return value.kind === 'parameter' ? (given.get(value.name) ?? []) : [];
}

function compares(value: string, operator: '=' | '<' | '<=' | '>' | '>=', bound: string): boolean {
  if (operator === '=') return value === bound || (value !== '' && Number(value) === Number(bound));
  const [left, right] = [Number(value), Number(bound)];
  if (operator === '<') return left < right;
  if (operator === '<=') return left <= right;
  return operator === '>' ? left > right : left >= right;
}
