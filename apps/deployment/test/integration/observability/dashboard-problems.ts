import { expressionProblems, keptLabels } from './expression-problems';
import type { RegisteredMetrics } from './registered-metrics';

/** A data source as Grafana is given it. */
export interface DataSourceName {
  readonly type: string;
  readonly uid: string;
}

/** A dashboard as far as these checks look; its shape is checked by Grafana's own types. */
export interface DashboardFile {
  readonly refresh: string;
  readonly time: { readonly from: string; readonly to: string };
  readonly timezone: string;
  readonly panels: readonly {
    readonly title: string;
    readonly datasource: DataSourceName;
    readonly fieldConfig: { readonly defaults: { readonly unit: string } };
    readonly targets: readonly { readonly refId: string; readonly expr: string; readonly legendFormat: string }[];
  }[];
}

/** Ids of Grafana's value formats that fit what the services measure. https://grafana.com/docs/grafana/latest/panels-visualizations/configure-standard-options/#unit */
const units: ReadonlySet<string> = new Set(['ops', 's', 'short', 'bytes', 'percentunit']);

/** What Grafana would show wrongly, or not at all, without saying so. */
export function dashboardProblems(
  { panels, refresh, time, timezone }: DashboardFile,
  given: { readonly source: DataSourceName; readonly registered: RegisteredMetrics },
): readonly string[] {
  const titles = panels.map(({ title }) => title);
  return [
    ...(new Set(titles).size === titles.length ? [] : ['two panels have one title']),
    ...(/^\d+[smh]$/.test(refresh) ? [] : [`refresh "${refresh}" is no duration`]),
    ...(/^now-\d+[smhd]$/.test(time.from) && time.to === 'now' ? [] : ['the time range does not end now']),
    ...(timezone === 'utc' ? [] : [`timezone "${timezone}"`]),
    ...panels.flatMap((panel) => panelProblems(panel, given).map((problem) => `${panel.title}: ${problem}`)),
  ];
}

function panelProblems(
  { datasource, fieldConfig, targets }: DashboardFile['panels'][number],
  { source, registered }: { readonly source: DataSourceName; readonly registered: RegisteredMetrics },
): readonly string[] {
  const { unit } = fieldConfig.defaults;
  const isSource = datasource.type === source.type && datasource.uid === source.uid;
  const legends = targets.flatMap(({ expr, legendFormat }) =>
    [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)]
      .map(([, label = '']) => label)
      .filter((label) => !isKept(label, expr, registered))
      .map((label) => `the legend shows "${label}", which the expression does not keep`),
  );
  const letters = targets.map(({ refId }) => refId).join('');
  return [
    ...(isSource ? [] : [`there is no data source ${datasource.type} "${datasource.uid}"`]),
    ...(units.has(unit) ? [] : [`unit "${unit}"`]),
    ...('ABCDEF'.startsWith(letters) ? [] : [`its queries are called ${letters}`]),
    ...legends,
    ...targets.flatMap(({ expr }) => expressionProblems(expr, registered)),
  ];
}

function isKept(label: string, expression: string, { labels }: RegisteredMetrics): boolean {
  const kept = keptLabels(expression);
  return kept.length === 0 ? labels.has(label) : kept.includes(label);
}
