import type { RegisteredMetrics } from './registered-metrics';

/** What a PromQL expression asks for and no service shows. Whether it is PromQL at all, promtool says. */
export function expressionProblems(expression: string, { names, labels, texts }: RegisteredMetrics): readonly string[] {
  const metrics = [...expression.matchAll(/\b[a-z]+_[a-z_]+\b(?!\s*[=!(])/g)]
    .map(([name]) => name.replace(/_(bucket|sum|count)$/, ''))
    .filter((name) => !keptLabels(expression).includes(name));
  const matchers = [...expression.matchAll(/(\w+)\s*(?:=~|!~|!=|=)\s*"([^"]*)"/g)];
  const values = matchers.flatMap(([, , value = '']) => value.split('|'));
  const used = [...keptLabels(expression), ...matchers.map(([, label = '']) => label)];
  return [
    ...(metrics.length === 0 ? [`"${expression}" names no metric`] : []),
    ...metrics.filter((name) => !names.has(name)).map((name) => `no service shows "${name}"`),
    ...used.filter((label) => !labels.has(label)).map((label) => `no metric has the label "${label}"`),
    ...values.filter((value) => !texts.has(value)).map((value) => `no label has the value "${value}"`),
  ];
}

/** The labels that an expression keeps: those of its last "by (...)"; without one, all. */
export function keptLabels(expression: string): readonly string[] {
  return [...expression.matchAll(/\bby\s*\(([^)]*)\)/g)].flatMap(([, list = '']) =>
    list.split(',').map((label) => label.trim()),
  );
}
