import {
  type AvailabilitySpan,
  dayOf,
  foldProfile,
  isAvailable,
  type ItemScore,
  noDecay,
  preferencesOf,
  type Schema,
  type ScoredItem,
  scoreItem,
} from '@affinity/domain';
import type { Catalogue } from './catalogue';
import type { EvaluationQuery } from './event-split';
import type { LearnedState } from './learned-state';

/** What all questions have in common. */
export interface EvaluationSetting {
  readonly schema: Schema;
  readonly catalogue: Catalogue;
  readonly availableAt: (itemId: string) => AvailabilitySpan;
  /** Whether items that a visitor had met are left out, of lists and truth. */
  readonly masked: boolean;
}

/** What the ways of ranking have to go by for one question. */
export interface QueryMaterial {
  readonly query: EvaluationQuery;
  /** Whether an item may be listed: met in training, to be had at the instant, and where masked not seen by the visitor. */
  readonly admits: (itemId: string) => boolean;
  /** All that may be listed. */
  readonly pool: readonly string[];
  /** Those of the pool that the visitor met next. */
  readonly relevant: ReadonlySet<string>;
  /** The model's best of the pool, at most {@link modelCandidates}. */
  readonly model: readonly ScoredItem[];
  /** As many of the pool that were met most often. */
  readonly popular: readonly ScoredItem[];
}

/** What Personalize answers at most; see "Service quotas", Amazon Personalize developer guide. */
export const modelCandidates = 500;

/** Gathers what a question is answered with; undefined when nothing relevant can be recommended. */
export function materialOf(
  query: EvaluationQuery,
  state: LearnedState,
  setting: EvaluationSetting,
): QueryMaterial | undefined {
  const admits = admission(query, state, setting);
  const relevant = new Set(query.itemIds.filter(admits));
  if (relevant.size === 0) return undefined;
  const popular = state.popular.filter(({ itemId }) => admits(itemId));
  return {
    query,
    admits,
    pool: popular.map(({ itemId }) => itemId),
    relevant,
    model: state.model.forVisitor(query.profileKey, { count: modelCandidates, admits }),
    popular: popular.slice(0, modelCandidates),
  };
}

function admission(
  { profileKey, atMs }: EvaluationQuery,
  { metAt, seenBy }: LearnedState,
  { availableAt, masked }: EvaluationSetting,
): (itemId: string) => boolean {
  const seen = masked ? (seenBy.get(profileKey) ?? new Set<string>()) : new Set<string>();
  return (itemId) => metAt.has(itemId) && isAvailable(availableAt(itemId), atMs) && !seen.has(itemId);
}

/** Scores items by what a visitor prefers; undefined for items without attributes. */
export type PreferenceScorer = (itemId: string) => ItemScore | undefined;

/** What preferences are made from. */
export interface PreferenceSource {
  readonly state: LearnedState;
  readonly setting: EvaluationSetting;
  /** Undefined: no decay. */
  readonly halfLifeDays: number | undefined;
}

/** Scores items by what the visitor prefers at the instant of the question. */
export function preferenceScorer(
  { profileKey, atMs }: EvaluationQuery,
  { state, setting, halfLifeDays }: PreferenceSource,
): PreferenceScorer {
  const { schema, catalogue } = setting;
  const decay = halfLifeDays === undefined ? noDecay : { kind: 'exponential' as const, halfLifeDays };
  const span = { first: Number.NEGATIVE_INFINITY, last: dayOf(atMs) };
  const { tile } = foldProfile(state.tilesOf.get(profileKey) ?? [], { span, decay });
  const preferences = preferencesOf(tile, state.population, schema.dimensions);
  return (itemId) => {
    const attributes = catalogue.get(itemId);
    return attributes === undefined ? undefined : scoreItem(preferences, attributes);
  };
}
