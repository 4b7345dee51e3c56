import { coordinateSearch } from './coordinate-search';
import type { EnsembleLimits } from './ensemble-index';
import { EnsembleModel } from './ensemble-model';
import {
  componentNames,
  type EnsembleParameters,
  type EnsembleWeights,
  untrainedParameters,
  weightVector,
} from './ensemble-parameters';
import { type EventSequence, holdOutNewest, type HeldOut, newestOf } from './held-out';
import { type ValidationMetrics, validationMetrics } from './validation-metrics';
import { meanNdcg, type QueryScope, validationQuery, type ValidationQuery } from './validation-queries';

/** How a model is trained. */
export interface TrainingOptions {
  readonly limits: EnsembleLimits;
  /** Half-lives of transitions to try, in milliseconds; null: never. */
  readonly halfLivesMs?: readonly (number | null)[];
  /** The most visitors that the weights are tuned on. */
  readonly maxQueries?: number;
  /** The most events, the newest, that the weights are tuned on; the model learns from all. */
  readonly maxTuningEvents?: number;
}

/** A trained model. */
export interface TrainedModel {
  readonly model: EnsembleModel;
  readonly parameters: EnsembleParameters;
  /** Mean NDCG at 10 of the inner split, over new items; 0 when there was nothing to validate on. */
  readonly validationNdcg: number;
  /** Over the inner split; empty when there was nothing to validate on. */
  readonly metrics: ValidationMetrics;
}

const dayMs = 86_400_000;
const defaultHalfLives: readonly (number | null)[] = [30 * dayMs, null];
const defaultQueries = 300;
const defaultTuningEvents = 300_000;
/** Events learned between two pauses: some ten milliseconds. */
const eventsPerStep = 2_000;

const positive = [0, 0.1, 0.25, 0.5, 0.75, 1, 1.5, 2];
const signed = [-1, -0.5, -0.25, -0.1, 0, 0.1, 0.25, 0.5, 1];
const againstPopularity = [1, 0.5, -0.25, 0, 0];
const passes = 3;

/**
 * Trains a model: tunes half-life and weights on an inner split (the newest tenth of each visitor's events, predicted from
 * the rest), then learns from all events. Yields now and then, so that whoever runs it can serve meanwhile. Without visitors
 * to validate on, the parameters are the untrained ones.
 */
export function* training(events: EventSequence, options: TrainingOptions): Generator<void, TrainedModel> {
  const tuned = yield* tuning(events, options);
  const model = yield* fitting(events, options.limits, tuned.parameters);
  return { model, ...tuned };
}

/** Runs a training at one go. */
export function train(events: EventSequence, options: TrainingOptions): TrainedModel {
  return finish(training(events, options));
}

/** Learns from all events with parameters that are known already. Yields now and then. */
export function* fitting(
  events: EventSequence,
  limits: EnsembleLimits,
  parameters: EnsembleParameters,
): Generator<void, EnsembleModel> {
  return yield* learning(events, new EnsembleModel(limits, parameters));
}

/** Runs the steps of a generator to its end. */
export function finish<T>(steps: Generator<void, T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

type Tuned = Omit<TrainedModel, 'model'>;

function* tuning(all: EventSequence, options: TrainingOptions): Generator<void, Tuned> {
  const { limits, halfLivesMs = defaultHalfLives, maxQueries = defaultQueries } = options;
  const events = newestOf(all, options.maxTuningEvents ?? defaultTuningEvents);
  const heldOut = holdOutNewest(events);
  const visitors = spread([...heldOut.byVisitor.keys()], maxQueries);
  let best: Tuned = { parameters: untrainedParameters, validationNdcg: 0, metrics: {} };
  for (const transitionHalfLifeMs of visitors.length === 0 ? [] : halfLivesMs) {
    const empty = new EnsembleModel(limits, { ...untrainedParameters, transitionHalfLifeMs });
    const model = yield* learning(events, empty, heldOut.isHeldOut);
    const queries = yield* askingAll(model, visitors, { events, heldOut });
    const tuned = yield* tuningWeights(queries, transitionHalfLifeMs);
    if (tuned.validationNdcg <= best.validationNdcg) continue;
    const metrics = validationMetrics(queries, weightVector(tuned.parameters.weights), model.itemCount);
    best = { ...tuned, metrics };
  }
  return best;
}

function* learning(events: EventSequence, model: EnsembleModel, left?: Uint8Array): Generator<void, EnsembleModel> {
  for (let i = 0; i < events.length; i += 1) {
    const event = left?.[i] === 1 ? undefined : events.at(i);
    if (event !== undefined) model.learn(event);
    if (i % eventsPerStep === eventsPerStep - 1) yield;
  }
  return model;
}

function* askingAll(
  model: EnsembleModel,
  visitors: readonly string[],
  source: { readonly events: EventSequence; readonly heldOut: HeldOut },
): Generator<void, readonly ValidationQuery[]> {
  const queries: ValidationQuery[] = [];
  for (const visitorId of visitors) {
    const query = validationQuery(model, visitorId, source);
    if (query !== undefined) queries.push(query);
    yield;
  }
  return queries;
}

/** Own history is tuned after the rest, for it is the only part that tells repeats from what is new. */
function* tuningWeights(
  queries: readonly ValidationQuery[],
  transitionHalfLifeMs: number | null,
): Generator<void, Omit<Tuned, 'metrics'>> {
  const search = (scope: QueryScope, start: readonly number[], grids: readonly (readonly number[])[]) =>
    coordinateSearch((weights) => meanNdcg(queries, weights, scope), { start, grids, passes });
  const start = weightVector(untrainedParameters.weights);
  // Only ratios matter to the order: transitions keep their weight. Neighbours help most beside a negative popularity,
  // which one coordinate at a time does not find from a positive one.
  const grids = [[], positive, signed, signed, []];
  const first = yield* search('fresh', start, grids);
  const second = yield* search('fresh', againstPopularity, grids);
  const fresh = second.value > first.value ? second : first;
  const all = yield* search('all', fresh.point, [[], [], [], [], [-8, -2, 0, 0.25, 0.5, 1, 2, 4, 8]]);
  const strangers = yield* search('fresh', weightVector(untrainedParameters.strangerWeights), [
    [],
    [],
    [0, 0.25, 0.5, 1, 2],
    [],
    [],
  ]);
  const parameters = {
    weights: weightsOf(all.point),
    strangerWeights: weightsOf(strangers.point),
    transitionHalfLifeMs,
  };
  return { parameters, validationNdcg: fresh.value };
}

function weightsOf(vector: readonly number[]): EnsembleWeights {
  return Object.fromEntries(componentNames.map((name, i) => [name, vector[i] ?? 0])) as unknown as EnsembleWeights;
}

/** At most `count` of the values, evenly spread over them. */
function spread<T>(values: readonly T[], count: number): readonly T[] {
  if (values.length <= count) return values;
  return Array.from({ length: count }, (_, i) => values[Math.floor((i * values.length) / count)] as T);
}
