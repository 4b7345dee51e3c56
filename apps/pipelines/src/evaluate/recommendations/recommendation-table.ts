import type { MethodMetrics } from './recommendation-metrics';

const cellWidth = 24;

/** The metrics as a plain table: mean [95 % bootstrap interval]. */
export function recommendationTable(rows: readonly MethodMetrics[]): string {
  const width = Math.max(...rows.map(({ method }) => method.length));
  const names = Object.keys(rows[0]?.means ?? {});
  const header = [''.padEnd(width), ...names.map((name) => name.padStart(cellWidth)), 'coverage'.padStart(10)].join('');
  const lines = rows.map(({ method, means, coverage }) =>
    [
      method.padEnd(width),
      ...names.map((name) => cellOf(means[name]).padStart(cellWidth)),
      coverage.toFixed(3).padStart(10),
    ].join(''),
  );
  return [header, ...lines].join('\n');
}

function cellOf(estimate: MethodMetrics['means'][string] | undefined): string {
  if (estimate === undefined) return '-';
  const { mean, low, high } = estimate;
  return `${mean.toFixed(4)} [${low.toFixed(4)}, ${high.toFixed(4)}]`;
}
