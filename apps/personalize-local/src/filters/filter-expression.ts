/** What a value in an expression may be. */
export type FilterValue =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'parameter'; readonly name: string }
  /** Any value; for EVENT_TYPE alone. */
  | { readonly kind: 'any' };

/** How a field is compared. */
export type FilterOperator = 'IN' | 'NOT IN' | '=' | '<' | '<=' | '>' | '>=';

/** The datasets that fields belong to. */
export type FilterDataset = 'Items' | 'Interactions' | 'CurrentUser';

/** One comparison. */
export interface FilterComparison {
  readonly dataset: FilterDataset;
  /** In the schema's SNAKE_CASE. */
  readonly field: string;
  readonly operator: FilterOperator;
  readonly values: readonly FilterValue[];
}

/** Comparisons of one dataset; AND binds closer than OR. */
export interface FilterCondition {
  /** Any of these groups, of which all comparisons must hold. */
  readonly anyOf: readonly (readonly FilterComparison[])[];
}

/** One part of an expression between `|`. */
export interface FilterClause {
  readonly action: 'INCLUDE' | 'EXCLUDE';
  readonly condition: FilterCondition;
}

/** A parsed expression. */
export interface FilterExpression {
  readonly clauses: readonly FilterClause[];
  /** Only for users of whom this holds does the expression apply. */
  readonly onlyIf: FilterCondition | undefined;
}

/** All comparisons of an expression. */
export function comparisonsOf({ clauses, onlyIf }: FilterExpression): readonly FilterComparison[] {
  const conditions = [...clauses.map(({ condition }) => condition), ...(onlyIf === undefined ? [] : [onlyIf])];
  return conditions.flatMap(({ anyOf }) => anyOf.flat());
}

/** The parameters of a clause, by name. */
export function parametersOf({ condition }: FilterClause): readonly string[] {
  const values = condition.anyOf.flat().flatMap((comparison) => comparison.values);
  return values.flatMap((value) => (value.kind === 'parameter' ? [value.name] : []));
}
