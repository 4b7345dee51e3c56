/**
 * The interval of a number between rising edges, as text: `(-inf,e0)`, `[e0,e1)`, …, `[en,inf)`. Not finite: the text
 * of the number itself.
 */
export function rangeLabel(edges: readonly number[], value: number): string {
  if (!Number.isFinite(value)) return String(value);
  let low = 0;
  let high = edges.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const edge = edges[middle];
    if (edge !== undefined && edge <= value) low = middle + 1;
    else high = middle;
  }
  return labelOf(edges, low);
}

function labelOf(edges: readonly number[], interval: number): string {
  const from = edges[interval - 1];
  const to = edges[interval];
  return `${from === undefined ? '(-inf' : `[${from}`},${to === undefined ? 'inf' : to})`;
}
