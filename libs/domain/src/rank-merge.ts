import type { ScoreContribution } from './item-score';

/** An item to be placed: what a base list (a model's candidates, or popular items), popularity and preferences say of it. */
export interface MergeCandidate {
  readonly itemId: string;
  /** Its place in the base list, from 1; absent when the list does not name it. */
  readonly baseRank?: number | undefined;
  /** The base list's score, proportional to a probability; counts when it is greater than 0. */
  readonly baseScore?: number | undefined;
  /** How popular it is beside the base list, proportional to a probability; counts when it is greater than 0. */
  readonly popularity?: number | undefined;
  /** What each dimension says, as log(posterior / population); absent when nothing is known of the item or the visitor. */
  readonly preference?: readonly PreferencePart[] | undefined;
}

/** What one dimension says of an item. */
export type PreferencePart = Pick<ScoreContribution, 'dimension' | 'value' | 'contribution'>;

/** How much each side counts; 0 or more. The base list and popularity have no part in a score where they count 0. */
export interface MergeWeights {
  readonly base: number;
  readonly popularity: number;
  readonly preference: number;
}

/** A part of a merged score. */
export type MergedPart =
  | { readonly kind: 'base' | 'popularity'; readonly contribution: number }
  /** `dimension` is empty where the part cannot be told apart by dimensions. */
  | { readonly kind: 'preference'; readonly dimension: string; readonly value: string; readonly contribution: number };

/** A placed item. Its parts, added from first to last, are exactly its score. */
export interface MergedItem {
  readonly itemId: string;
  readonly score: number;
  readonly parts: readonly MergedPart[];
}

/** Constant of reciprocal rank fusion. Source: Cormack, Clarke, Büttcher, SIGIR 2009, section 2. */
export const reciprocalRankConstant = 60;

/** Preferences that differ less than this between the candidates, in nats, are not blown up to a full deviation. */
const leastPreferenceDeviation = 0.1;

/**
 * Merges by {@link mergeLogLinear} where every item of the base list has a score (or there is no list), else by
 * {@link mergeReciprocalRanks}.
 */
export function mergeRanks(candidates: readonly MergeCandidate[], weights: MergeWeights): MergedItem[] {
  const scored = candidates.every(({ baseRank, baseScore = 0 }) => baseRank === undefined || baseScore > 0);
  return scored ? mergeLogLinear(candidates, weights) : mergeReciprocalRanks(candidates, weights);
}

/**
 * A logarithmic opinion pool over standardised scores (Genest and Zidek, Statistical Science 1986), best first:
 * `base * z(log baseScore) + popularity * z(log popularity) + preference * sum of contributions / s`, z and s taken over
 * the candidates, s the standard deviation of the preference, at least 0.1. The preference keeps its own zero, "neither
 * more nor less than anybody", so that the sign of a part means something; the order is that of z. An item without a
 * base score or popularity stands with the lowest there is; one that no side knows comes last, one below the lowest score.
 */
export function mergeLogLinear(candidates: readonly MergeCandidate[], weights: MergeWeights): MergedItem[] {
  const base = standardScores(candidates.map(({ baseScore }) => baseScore));
  const popularity = standardScores(candidates.map((candidate) => candidate.popularity));
  const preference = momentsOf(candidates.flatMap((candidate) => totalPreference(candidate) ?? []));
  const factor = weights.preference / Math.max(preference.deviation, leastPreferenceDeviation);
  return inOrder(candidates, (candidate, i) => [
    ...listPart('base', weights.base, base?.[i]),
    ...listPart('popularity', weights.popularity, popularity?.[i]),
    ...(candidate.preference ?? []).map((part) => preferencePart(part, factor * part.contribution)),
  ]);
}

/** The standardised logarithms; undefined when no score is greater than 0. Scores that are not stand with the lowest. */
function standardScores(scores: readonly (number | undefined)[]): readonly number[] | undefined {
  const logs = scores.map((score = 0) => (score > 0 ? Math.log(score) : undefined));
  const { count, mean, deviation, min } = momentsOf(logs.filter(isKnown));
  if (count === 0) return undefined;
  return logs.map((log = min) => (deviation > 0 ? (log - mean) / deviation : 0));
}

function listPart(kind: 'base' | 'popularity', weight: number, value: number | undefined): MergedPart[] {
  return value === undefined || weight === 0 ? [] : [{ kind, contribution: weight * value }];
}

/**
 * Reciprocal rank fusion, best first: `base / (60 + rank) + popularity / (60 + rank by popularity) + preference / (60 + rank
 * by preference)`; equal ones share a rank. The preference's part is divided among the dimensions that speak for the item,
 * in proportion. Source: Cormack, Clarke, Büttcher, "Reciprocal rank fusion outperforms Condorcet…", SIGIR 2009.
 */
export function mergeReciprocalRanks(candidates: readonly MergeCandidate[], weights: MergeWeights): MergedItem[] {
  const popularity = ranksOf(candidates.map(({ popularity: weight = 0 }) => (weight > 0 ? weight : undefined)));
  const preferences = ranksOf(candidates.map(totalPreference));
  return inOrder(candidates, ({ baseRank, preference = [] }, i) => {
    const lists = [
      ...listPart('base', weights.base, reciprocal(baseRank)),
      ...listPart('popularity', weights.popularity, reciprocal(popularity[i])),
    ];
    const wanted = reciprocal(preferences[i]);
    return wanted === undefined ? lists : lists.concat(shared(preference, weights.preference * wanted));
  });
}

/** The rank of each value from the highest, from 1; equal values share the first of theirs. */
function ranksOf(values: readonly (number | undefined)[]): readonly (number | undefined)[] {
  const falling = values.filter(isKnown).sort((left, right) => right - left);
  const rankOf = new Map([...falling.entries()].reverse().map(([i, value]) => [value, i + 1]));
  return values.map((value) => (value === undefined ? undefined : rankOf.get(value)));
}

function reciprocal(rank: number | undefined): number | undefined {
  return rank === undefined ? undefined : 1 / (reciprocalRankConstant + rank);
}

function shared(preference: readonly PreferencePart[], whole: number): MergedPart[] {
  const speaking = preference.filter(({ contribution }) => contribution > 0);
  if (speaking.length === 0) return [{ kind: 'preference', dimension: '', value: '', contribution: whole }];
  const total = speaking.reduce((sum, { contribution }) => sum + contribution, 0);
  return speaking.map((part) => preferencePart(part, (whole * part.contribution) / total));
}

function preferencePart({ dimension, value }: PreferencePart, contribution: number): MergedPart {
  return { kind: 'preference', dimension, value, contribution };
}

function totalPreference({ preference }: MergeCandidate): number | undefined {
  return preference?.reduce((sum, { contribution }) => sum + contribution, 0);
}

function isKnown(value: number | undefined): value is number {
  return value !== undefined;
}

interface SampleMoments {
  readonly count: number;
  readonly mean: number;
  readonly deviation: number;
  readonly min: number;
}

function momentsOf(values: readonly number[]): SampleMoments {
  const count = values.length;
  if (count === 0) return { count, mean: 0, deviation: 0, min: 0 };
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count;
  return { count, mean, deviation: Math.sqrt(variance), min: values.reduce((least, value) => Math.min(least, value)) };
}

/** Sums the parts of each candidate and sorts: score, then place in the base list, then id. */
function inOrder(
  candidates: readonly MergeCandidate[],
  partsOf: (candidate: MergeCandidate, i: number) => readonly MergedPart[],
): MergedItem[] {
  const known: (MergedItem & { readonly baseRank: number })[] = [];
  const unknown: string[] = [];
  candidates.forEach((candidate, i) => {
    const { itemId, baseRank, popularity = 0, preference } = candidate;
    if (baseRank === undefined && popularity <= 0 && preference === undefined) unknown.push(itemId);
    else known.push({ ...summed(itemId, partsOf(candidate, i)), baseRank: baseRank ?? Infinity });
  });
  known.sort((a, b) => b.score - a.score || compare(a.baseRank, b.baseRank) || compare(a.itemId, b.itemId));
  const below = (known.at(-1)?.score ?? 1) - 1;
  const placed = known.map(({ itemId, score, parts }) => ({ itemId, score, parts }));
  return placed.concat(unknown.map((itemId) => summed(itemId, [{ kind: 'base', contribution: below }])));
}

function summed(itemId: string, parts: readonly MergedPart[]): MergedItem {
  return { itemId, parts, score: parts.reduce((sum, { contribution }) => sum + contribution, 0) };
}

function compare<T extends number | string>(left: T, right: T): number {
  return left < right ? -1 : Number(left > right);
}
