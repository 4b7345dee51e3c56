/** Signed weights of values, in the order in which they first came. Mutable: one writer owns it. */
export interface CategoricalState {
  readonly kind: 'categorical';
  readonly weights: Map<string, number>;
  /** Weight of what came after the cap was reached. */
  otherWeight: number;
}

/** No weight at all: the identity of merging. */
export function emptyCategorical(): CategoricalState {
  return { kind: 'categorical', weights: new Map(), otherWeight: 0 };
}

/** Adds a value's weight; a new value that `admit` refuses goes to the remainder. Returns whether a value was new and kept. */
export function addValue(
  state: CategoricalState,
  { value, weight }: { readonly value: string; readonly weight: number },
  admit: () => boolean,
): boolean {
  const current = state.weights.get(value);
  if (current !== undefined) {
    state.weights.set(value, current + weight);
    return false;
  }
  if (!admit()) {
    state.otherWeight += weight;
    return false;
  }
  state.weights.set(value, weight);
  return true;
}

/** Adds `factor` times another state to this one, uncapped. */
export function mergeCategorical(target: CategoricalState, source: CategoricalState, factor = 1): void {
  for (const [value, weight] of source.weights) {
    target.weights.set(value, (target.weights.get(value) ?? 0) + weight * factor);
  }
  target.otherWeight += source.otherWeight * factor;
}
