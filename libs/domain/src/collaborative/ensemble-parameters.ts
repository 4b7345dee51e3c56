/** What each part of the ensemble counts. A negative weight speaks against. */
export interface EnsembleWeights {
  readonly transitions: number;
  readonly neighbours: number;
  /** Of how often an item was ever met: negative tells the rare from the merely popular. */
  readonly popularity: number;
  /** Of how often an item was met lately. */
  readonly recency: number;
  /** Of what the visitor met before: positive where repeats are normal, negative where nobody repeats. */
  readonly ownHistory: number;
}

/** Names of the weights, in the order of the columns of features. */
export const componentNames = ['transitions', 'neighbours', 'popularity', 'recency', 'ownHistory'] as const;

/** What training decides. */
export interface EnsembleParameters {
  readonly weights: EnsembleWeights;
  /** For visitors of whom nothing is known. */
  readonly strangerWeights: EnsembleWeights;
  /** Milliseconds after which a way from item to item counts half; null: never, for JSON has no Infinity. */
  readonly transitionHalfLifeMs: number | null;
}

const dayMs = 86_400_000;

/** Weights before any training: what people do next counts most, what is popular least. */
export const untrainedParameters: EnsembleParameters = {
  weights: { transitions: 1, neighbours: 0.5, popularity: 0.1, recency: 0.1, ownHistory: 0 },
  strangerWeights: { transitions: 0, neighbours: 0, popularity: 0.5, recency: 1, ownHistory: 0 },
  transitionHalfLifeMs: 90 * dayMs,
};

/** The weights in the order of the columns. */
export function weightVector(weights: EnsembleWeights): readonly number[] {
  return componentNames.map((name) => weights[name]);
}
