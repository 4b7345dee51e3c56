import type { AvailabilityAttributes, Dimension, Schema } from '@affinity/domain';
import { availability } from './catalogue';
import { type EvaluationQuery, type EventSplit, type SplitKind, splitEvents } from './event-split';
import { learn, type LearnedState } from './learned-state';
import { tuneMethods } from './method-tuning';
import { type EvaluationSetting, materialOf, type QueryMaterial } from './query-material';
import { type MethodName, methodNames, type MethodParameters, methodSources, rankingMethods } from './ranking-methods';
import type { EvaluationData } from './replayed-event';

/** What to evaluate, and how. */
export interface RecommendationPlan {
  readonly data: EvaluationData;
  readonly split: SplitKind;
  readonly masked: boolean;
  readonly availability: AvailabilityAttributes;
  /** The most questions; more are thinned out evenly. */
  readonly maxQueries: number;
  readonly progress: (line: string) => void;
}

/** One question's truth, and what each way of ranking answered. */
export interface AnsweredQuery {
  readonly profileKey: string;
  readonly atMs: number;
  readonly relevant: readonly string[];
  /** By way of ranking, at most 25 items, best first. */
  readonly lists: Readonly<Record<MethodName, readonly string[]>>;
}

/** All answers. */
export interface RecommendationEvaluation {
  readonly parameters: MethodParameters;
  readonly answers: readonly AnsweredQuery[];
  /** Distinct items of catalogue and events. */
  readonly catalogueSize: number;
}

/** Questions that the parameters are tuned on. */
const tuningQueries = 2_000;
/** Questions between two lines of progress. */
const reportEvery = 500;

/**
 * Learns from the training part by the code that serves live, tunes on a split of the training part of the same kind, and
 * asks each way of ranking about each held-out visitor. Throws RangeError when the split leaves nothing to ask.
 */
export function evaluateRecommendations(plan: RecommendationPlan): RecommendationEvaluation {
  const { data, split, masked, progress } = plan;
  const { catalogue, events } = data;
  const schema = withoutAvailability(data.schema, plan.availability);
  const setting = {
    schema,
    catalogue,
    masked,
    availableAt: availability(catalogue, plan.availability),
  };
  const outer = splitEvents(events, split);
  progress(`${outer.training.length} events to learn from, ${outer.queries.length} visitors held out`);
  const parameters = tune(splitEvents(outer.training, split), setting, progress);
  const state = learn(outer.training, schema);
  progress('learned from the training part');
  const answers = answerAll(spread(outer.queries, plan.maxQueries), { state, setting, parameters, progress });
  if (answers.length === 0) throw new RangeError(`the split ${split} leaves no visitor with anything new to recommend`);
  const items = new Set([...catalogue.keys(), ...events.map(({ itemId }) => itemId)]);
  return { parameters, answers, catalogueSize: items.size };
}

/** When an item can be had is no taste. */
function withoutAvailability(schema: Schema, { from, until, days }: AvailabilityAttributes): Schema {
  const isAvailability = (dimension: Dimension): boolean =>
    dimension.kind !== 'item' && [from, until, days].includes(dimension.source);
  return { ...schema, dimensions: schema.dimensions.filter((dimension) => !isAvailability(dimension)) };
}

function tune(inner: EventSplit, setting: EvaluationSetting, progress: (line: string) => void): MethodParameters {
  const state = learn(inner.training, setting.schema);
  const materials = spread(inner.queries, tuningQueries).flatMap((query) => materialOf(query, state, setting) ?? []);
  progress(`tuning on ${materials.length} visitors of the inner split`);
  return tuneMethods(materials, methodSources(state, setting), progress);
}

interface AnsweringState {
  readonly state: LearnedState;
  readonly setting: EvaluationSetting;
  readonly parameters: MethodParameters;
  readonly progress: (line: string) => void;
}

function answerAll(
  queries: readonly EvaluationQuery[],
  { state, setting, parameters, progress }: AnsweringState,
): readonly AnsweredQuery[] {
  const methods = rankingMethods(methodSources(state, setting), parameters);
  return queries.flatMap((query, i) => {
    if (i % reportEvery === reportEvery - 1) progress(`asked about ${i + 1} of ${queries.length} visitors`);
    const material = materialOf(query, state, setting);
    return material === undefined ? [] : answered(material, (name) => methods[name](material));
  });
}

function answered({ query, relevant }: QueryMaterial, listOf: (name: MethodName) => readonly string[]): AnsweredQuery {
  const lists = Object.fromEntries(methodNames.map((name) => [name, listOf(name)])) as AnsweredQuery['lists'];
  return { profileKey: query.profileKey, atMs: query.atMs, relevant: [...relevant], lists };
}

function spread<T>(values: readonly T[], count: number): readonly T[] {
  if (values.length <= count) return values;
  return Array.from({ length: count }, (_, i) => values[Math.floor((i * values.length) / count)] as T);
}
