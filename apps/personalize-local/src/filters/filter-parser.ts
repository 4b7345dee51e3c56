import type {
  FilterClause,
  FilterComparison,
  FilterCondition,
  FilterDataset,
  FilterExpression,
  FilterOperator,
  FilterValue,
} from './filter-expression';
import { type FilterToken, filterTokens } from './filter-tokens';

/** Thrown when an expression breaks the grammar; the message says where. */
export class FilterSyntaxError extends Error {}

/** Source: "Filter expressions" and "Service quotas", Amazon Personalize developer guide. */
const maxFields = 10;
const comparisonSymbols: readonly string[] = ['=', '<', '<=', '>', '>='];
const datasets: ReadonlyMap<string, FilterDataset> = new Map([
  ['items', 'Items'],
  ['item', 'Items'],
  ['interactions', 'Interactions'],
  ['currentuser', 'CurrentUser'],
]);

/**
 * Parses `INCLUDE|EXCLUDE ItemID WHERE Dataset.FIELD IN (…)`, with AND and OR within one dataset, `|` between clauses and one
 * trailing `IF CurrentUser.FIELD …`. Keywords count in any case. @throws FilterSyntaxError
 */
export function parseFilter(expression: string): FilterExpression {
  const tokens = filterTokens(expression);
  if (tokens === undefined) throw new FilterSyntaxError('it holds a character or quotation that is not allowed');
  const parsed = new FilterParser(tokens).parse();
  const fields = new Set(
    [...parsed.clauses.map(({ condition }) => condition), ...(parsed.onlyIf === undefined ? [] : [parsed.onlyIf])]
      .flatMap(({ anyOf }) => anyOf.flat())
      .map(({ dataset, field }) => `${dataset}.${field}`),
  );
  if (fields.size > maxFields)
    throw new FilterSyntaxError(`it names ${fields.size} fields, at most ${maxFields} are allowed`);
  return parsed;
}

class FilterParser {
  private place = 0;

  constructor(private readonly tokens: readonly FilterToken[]) {}

  parse(): FilterExpression {
    const clauses = [this.clause()];
    while (this.takes('|')) clauses.push(this.clause());
    const onlyIf = this.takesWord('IF') ? this.condition(['CurrentUser']) : undefined;
    if (this.place < this.tokens.length) throw this.unexpected('the end');
    return { clauses, onlyIf };
  }

  private clause(): FilterClause {
    const includes = this.takesWord('INCLUDE');
    if (!includes && !this.takesWord('EXCLUDE')) throw this.unexpected('INCLUDE or EXCLUDE');
    this.expectWord('ItemID');
    this.expectWord('WHERE');
    return { action: includes ? 'INCLUDE' : 'EXCLUDE', condition: this.condition(['Items', 'Interactions']) };
  }

  private condition(allowed: readonly FilterDataset[]): FilterCondition {
    const first = this.comparison(allowed);
    const anyOf = [[first]];
    for (;;) {
      const isAnd = this.takesWord('AND');
      if (!isAnd && !this.takesWord('OR')) return { anyOf };
      const next = this.comparison([first.dataset]);
      if (isAnd) anyOf.at(-1)?.push(next);
      else anyOf.push([next]);
    }
  }

  private comparison(allowed: readonly FilterDataset[]): FilterComparison {
    const dataset = datasets.get(this.word('a dataset').toLowerCase());
    if (dataset === undefined || !allowed.includes(dataset)) {
      this.place -= 1;
      throw this.unexpected(allowed.join(' or '));
    }
    this.expect('.');
    const field = this.word('a field').toUpperCase();
    const operator = this.operator();
    return { dataset, field, operator, values: this.values(field, operator) };
  }

  private operator(): FilterOperator {
    if (this.takesWord('IN')) return 'IN';
    if (this.takesWord('NOT')) {
      this.expectWord('IN');
      return 'NOT IN';
    }
    const token = this.tokens[this.place];
    if (token?.kind !== 'symbol' || !comparisonSymbols.includes(token.text)) throw this.unexpected('an operator');
    this.place += 1;
    return token.text as FilterOperator;
  }

  private values(field: string, operator: FilterOperator): readonly FilterValue[] {
    if (operator !== 'IN' && operator !== 'NOT IN') return [this.value()];
    this.expect('(');
    if (this.takes('*')) {
      if (field !== 'EVENT_TYPE') throw new FilterSyntaxError('* is allowed for EVENT_TYPE alone');
      this.expect(')');
      return [{ kind: 'any' }];
    }
    const values = [this.value()];
    while (this.takes(',')) values.push(this.value());
    this.expect(')');
    return values;
  }

  private value(): FilterValue {
    const token = this.tokens[this.place];
    if (token === undefined || token.kind === 'symbol') throw this.unexpected('a value');
    if (token.kind === 'word' && !/^-?\d/.test(token.text)) throw this.unexpected('a quoted value');
    this.place += 1;
    return token.kind === 'parameter' ? { kind: 'parameter', name: token.text } : { kind: 'literal', text: token.text };
  }

  private word(what: string): string {
    const token = this.tokens[this.place];
    if (token?.kind !== 'word') throw this.unexpected(what);
    this.place += 1;
    return token.text;
  }

  private takesWord(word: string): boolean {
    const token = this.tokens[this.place];
    const takes = token?.kind === 'word' && token.text.toLowerCase() === word.toLowerCase();
    if (takes) this.place += 1;
    return takes;
  }

  private expectWord(word: string): void {
    if (!this.takesWord(word)) throw this.unexpected(word);
  }

  private takes(symbol: string): boolean {
    const token = this.tokens[this.place];
    const takes = token?.kind === 'symbol' && token.text === symbol;
    if (takes) this.place += 1;
    return takes;
  }

  private expect(symbol: string): void {
    if (!this.takes(symbol)) throw this.unexpected(`"${symbol}"`);
  }

  private unexpected(wanted: string): FilterSyntaxError {
    const found = this.tokens[this.place]?.text ?? 'the end';
    return new FilterSyntaxError(`${wanted} is expected at part ${this.place + 1}, not "${found}"`);
  }
}
