/** A piece of a filter expression. */
export type FilterToken =
  | { readonly kind: 'word'; readonly text: string }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'parameter'; readonly text: string }
  | { readonly kind: 'symbol'; readonly text: string };

const pattern =
  /\s*(?:"((?:[^"\\]|\\.)*)"|\$([A-Za-z0-9_]+)|(-?\d+(?:\.\d+)?|[A-Za-z_][A-Za-z0-9_]*)|(<=|>=|<|>|=|\(|\)|,|\||\.|\*))/y;

/** The tokens of an expression; undefined when something in it is none. Numbers are words. */
export function filterTokens(expression: string): readonly FilterToken[] | undefined {
  const tokens: FilterToken[] = [];
  const text = expression.trimEnd();
  pattern.lastIndex = 0;
  while (pattern.lastIndex < text.length) {
    const match = pattern.exec(text);
    if (match === null) return undefined;
    const [, quoted, parameter, word, symbol] = match;
    if (quoted !== undefined) tokens.push({ kind: 'text', text: quoted.replace(/\\(.)/g, '$1') });
    else if (parameter !== undefined) tokens.push({ kind: 'parameter', text: parameter });
    else if (word !== undefined) tokens.push({ kind: 'word', text: word });
    else tokens.push({ kind: 'symbol', text: symbol ?? '' });
  }
  return tokens;
}
