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

/** Adds `factor` times another state to this one, uncapped. */
export function mergeCategorical(target: CategoricalState, source: CategoricalState, factor = 1): void {
  for (const [value, weight] of source.weights) {
    target.weights.set(value, (target.weights.get(value) ?? 0) + weight * factor);
  }
  target.otherWeight += source.otherWeight * factor;
}
