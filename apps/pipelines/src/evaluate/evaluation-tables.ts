import type { EvaluationRow, ProfileEvaluation } from './profile-evaluation';

/** The evaluation as two plain tables: mean total variation distance, 0 is perfect. */
export function evaluationTables({ byViews, afterChange }: ProfileEvaluation): string {
  return [
    'Mean total variation distance between preference and true taste (0 is perfect)',
    '',
    'by number of views, without decay:',
    table(byViews, priorName),
    '',
    'by number of views after a change of taste:',
    table(afterChange, (row) => `${priorName(row)}, ${decayName(row)}`),
    '',
  ].join('\n');
}

function table(rows: readonly EvaluationRow[], nameOf: (row: EvaluationRow) => string): string {
  const counts = [...new Set(rows.map(({ views }) => views))];
  const lines = new Map<string, Map<number, EvaluationRow>>();
  for (const row of rows) {
    const cells = lines.get(nameOf(row)) ?? new Map<number, EvaluationRow>();
    lines.set(nameOf(row), cells.set(row.views, row));
  }
  const width = Math.max(...[...lines.keys()].map((name) => name.length));
  const header = `${'views'.padStart(width)} ${counts.map((count) => String(count).padStart(7)).join('')}`;
  const body = [...lines].map(
    ([name, cells]) => `${name.padStart(width)} ${counts.map((count) => cellOf(cells.get(count))).join('')}`,
  );
  const visitors = counts
    .map((count) => String([...lines.values()][0]?.get(count)?.visitors ?? 0).padStart(7))
    .join('');
  return [header, ...body, `${'visitors'.padStart(width)} ${visitors}`].join('\n');
}

function cellOf(row: EvaluationRow | undefined): string {
  return (row === undefined || row.visitors === 0 ? '-' : row.distance.toFixed(3)).padStart(7);
}

function priorName({ priorStrength }: EvaluationRow): string {
  if (priorStrength === 0) return 'raw frequencies';
  return Number.isFinite(priorStrength) ? `prior strength ${priorStrength}` : 'the prior alone';
}

function decayName({ halfLifeDays }: EvaluationRow): string {
  return halfLifeDays === undefined ? 'no decay' : `half-life ${halfLifeDays} days`;
}
