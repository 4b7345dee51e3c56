import ts from 'typescript';
import { sourceDiagnostics } from '../source-diagnostics';

/** What a dashboard of ours consists of: Grafana's own types, narrowed where they allow anything. */
const declarations = `
import type { Dashboard, Panel } from '@grafana/schema';
interface PrometheusTarget { refId: string; expr: string; legendFormat: string }
type TimeSeries = Omit<Panel, 'type' | 'targets' | 'options'> & { type: 'timeseries'; targets: PrometheusTarget[] };
type Checked = Omit<Dashboard, 'panels'> & { panels: TimeSeries[] };
`;

/** Compiles dashboards as literals of Grafana's types, which finds unknown fields too. Gives the problems of each. */
export function dashboardTypeProblems(dashboards: readonly unknown[]): readonly (readonly string[])[] {
  const head = declarations.split('\n').length;
  const lines = dashboards.map((dashboard, i) => `export const d${i}: Checked = ${JSON.stringify(dashboard)};`);
  const source = [...declarations.split('\n'), ...lines].join('\n');
  const problems: string[][] = dashboards.map(() => []);
  for (const { file, start = 0, messageText } of sourceDiagnostics(source)) {
    const line = file?.getLineAndCharacterOfPosition(start).line ?? -1;
    const text = ts.flattenDiagnosticMessageText(messageText, ' ');
    const of = problems[line - head];
    if (of === undefined) throw new Error(`the types of Grafana do not compile: ${text}`);
    of.push(text);
  }
  return problems;
}
