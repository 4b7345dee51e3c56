import {
  interleave,
  type MergeCandidate,
  type MergedItem,
  mergeLogLinear,
  mergeReciprocalRanks,
  type MergeWeights,
  type ScoredItem,
} from '@affinity/domain';
import { byRecentPopularity, falling } from './item-popularity';
import type { LearnedState } from './learned-state';
import {
  type EvaluationSetting,
  modelCandidates,
  type PreferenceScorer,
  preferenceScorer,
  type QueryMaterial,
} from './query-material';

/** What is tuned on the inner split. */
export interface MethodParameters {
  readonly recencyHalfLifeDays: number;
  /** Undefined: no decay. */
  readonly preferenceHalfLifeDays: number | undefined;
  /** What the preference counts where the other side counts 1. */
  readonly withPopularity: number;
  readonly logLinear: number;
  readonly reciprocalRanks: number;
  readonly withBoth: Pick<MergeWeights, 'popularity' | 'preference'>;
}

/** The ways of ranking that are compared. */
export const methodNames = [
  'popularity',
  'recent popularity',
  'model',
  'preference',
  'preference + popularity, log-linear',
  'model + preference, log-linear',
  'model + preference, reciprocal ranks',
  'model + popularity + preference, log-linear',
] as const;

/** See {@link methodNames}. */
export type MethodName = (typeof methodNames)[number];

/** Ranks a question's items, best first, at most 25. */
export type RankingMethod = (material: QueryMaterial) => readonly string[];

/** Longest list that any metric looks at. */
export const listLength = 25;

/** What the ways of ranking are made from. */
export interface MethodSources {
  readonly state: LearnedState;
  readonly setting: EvaluationSetting;
  /** The preferences to merge with; asked for once a question and half-life when it remembers them. */
  readonly scorerOf: (material: QueryMaterial, halfLifeDays: number | undefined) => PreferenceScorer;
}

/** Sources that make the preferences of each question anew. */
export function methodSources(state: LearnedState, setting: EvaluationSetting): MethodSources {
  const scorerOf: MethodSources['scorerOf'] = ({ query }, halfLifeDays) =>
    preferenceScorer(query, { state, setting, halfLifeDays });
  return { state, setting, scorerOf };
}

/** The ways of ranking over one state of learning. */
export function rankingMethods(
  { state, scorerOf }: MethodSources,
  parameters: MethodParameters,
): Readonly<Record<MethodName, RankingMethod>> {
  const recent = byRecentPopularity(state.metAt, parameters.recencyHalfLifeDays);
  const counts = new Map(state.popular.map(({ itemId, score }) => [itemId, score]));
  const scorer = (material: QueryMaterial) => scorerOf(material, parameters.preferenceHalfLifeDays);
  const merged = (base: readonly Candidate[], material: QueryMaterial, merge: Merge): readonly string[] => {
    const score = scorer(material);
    return first(merge(base.map((item) => ({ ...item, preference: score(item.itemId)?.contributions }))));
  };
  const logLinear = (weights: Omit<MergeWeights, 'base'>): Merge => {
    return (candidates) => mergeLogLinear(candidates, { base: 1, ...weights });
  };
  return {
    popularity: ({ popular }) => first(popular),
    'recent popularity': ({ admits }) => first(firstAdmitted(recent, admits)),
    model: ({ model }) => first(model),
    preference: (material) => {
      const score = scorer(material);
      const scored = material.pool.map((itemId) => ({
        itemId,
        score: score(itemId)?.score ?? Number.NEGATIVE_INFINITY,
      }));
      return first(falling(scored));
    },
    'preference + popularity, log-linear': (material) =>
      merged(ranked(material.popular), material, logLinear({ popularity: 0, preference: parameters.withPopularity })),
    'model + preference, log-linear': (material) =>
      merged(ranked(material.model), material, logLinear({ popularity: 0, preference: parameters.logLinear })),
    'model + preference, reciprocal ranks': (material) =>
      merged(ranked(material.model), material, (candidates) =>
        mergeReciprocalRanks(candidates, { base: 1, popularity: 0, preference: parameters.reciprocalRanks }),
      ),
    'model + popularity + preference, log-linear': (material) => {
      const popular = material.popular.map(({ itemId }): Candidate => ({ itemId }));
      const base = interleave(ranked(material.model), popular, modelCandidates);
      const known = base.map((item) => ({ ...item, popularity: counts.get(item.itemId) }));
      return merged(known, material, logLinear(parameters.withBoth));
    },
  };
}

type Candidate = Omit<MergeCandidate, 'preference'>;

type Merge = (candidates: readonly MergeCandidate[]) => readonly MergedItem[];

function ranked(items: readonly ScoredItem[]): Candidate[] {
  return items.map(({ itemId, score }, i) => ({ itemId, baseRank: i + 1, baseScore: score }));
}

function first(items: readonly { readonly itemId: string }[]): readonly string[] {
  return items.slice(0, listLength).map(({ itemId }) => itemId);
}

/** As many as any metric looks at. */
function firstAdmitted(items: readonly ScoredItem[], admits: (itemId: string) => boolean): readonly ScoredItem[] {
  const found: ScoredItem[] = [];
  for (const item of items) {
    if (found.length === listLength) break;
    if (admits(item.itemId)) found.push(item);
  }
  return found;
}
