import type { CategoricalState, ItemState } from '@affinity/domain';
import type { DifferenceReport } from './difference-report';

/**
 * `known`: the first `cap` values of the oracle must be the ones kept. `any`: events of different visitors may have arrived
 * in another order, so that any `cap` values may be the ones kept; each still has its whole weight.
 */
export type ArrivalOrder = 'known' | 'any';

/** The two sides of one categorical or item dimension. */
export interface WeightsPair {
  readonly where: string;
  /** Uncapped, in the order of arrival. */
  readonly expected: ReadonlyMap<string, { readonly weight: number; readonly lastAtMs: number }>;
  readonly actual: CategoricalState | ItemState;
  readonly cap: number;
  readonly order: ArrivalOrder;
}

/**
 * Compares weights: a kept value must have all of its weight, as many values as the cap allows must be kept, and the
 * remainder must be the weight of the others.
 */
export function compareWeights(report: DifferenceReport, pair: WeightsPair): void {
  const { where, expected, actual, cap, order } = pair;
  const kept = keptWeights(actual);
  report.compare(`${where}: values kept`, Math.min(cap, expected.size), kept.size);
  let left = 0;
  let rank = 0;
  for (const [value, { weight, lastAtMs }] of expected) {
    const mustBeKept = order === 'known' ? rank < cap : expected.size <= cap;
    const own = kept.get(value);
    rank += 1;
    if (own === undefined) {
      left += weight;
      if (mustBeKept) report.add(`${where}=${value}: is missing, expected ${weight}`);
      continue;
    }
    report.compare(`${where}=${value}: weight`, weight, own.weight, toleranceOf(weight));
    if (own.lastAtMs !== undefined) report.compare(`${where}=${value}: last time`, lastAtMs, own.lastAtMs);
  }
  for (const value of kept.keys()) if (!expected.has(value)) report.add(`${where}=${value}: expected nothing`);
  report.compare(`${where}: remainder`, left, actual.otherWeight, toleranceOf(left));
}

/** Sums of whole weights are exact; others depend on the order of adding. */
function toleranceOf(weight: number): number {
  return Number.isInteger(weight) ? 0 : Math.abs(weight) * 1e-9;
}

function keptWeights(
  state: CategoricalState | ItemState,
): ReadonlyMap<string, { readonly weight: number; readonly lastAtMs?: number }> {
  if (state.kind === 'item') return state.items;
  return new Map([...state.weights].map(([value, weight]) => [value, { weight }]));
}
