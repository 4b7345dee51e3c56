/** A weight that halves as time passes, as it was at an instant. */
export interface DecayedWeight {
  weight: number;
  /** Epoch milliseconds. */
  atMs: number;
}

/** The weight at an instant; before its own instant it has not decayed yet. */
export function weightAt({ weight, atMs }: DecayedWeight, nowMs: number, halfLifeMs: number): number {
  return weight * 2 ** (-Math.max(0, nowMs - atMs) / halfLifeMs);
}

/** Adds to a weight what came at an instant, which may lie before others that came already. */
export function addWeight(target: DecayedWeight, added: DecayedWeight, halfLifeMs: number): void {
  const atMs = Math.max(target.atMs, added.atMs);
  target.weight = weightAt(target, atMs, halfLifeMs) + weightAt(added, atMs, halfLifeMs);
  target.atMs = atMs;
}
