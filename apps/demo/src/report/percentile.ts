/** The value below or at which a part (0 to 1) of the values lies, by the nearest rank; undefined when there is none. */
export function percentile(values: readonly number[], part: number): number | undefined {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)];
}
