import { discountAt, idealGain } from '../ranking-metrics';
import { type CandidateFeatures, fusedScores } from './candidate-features';
import { componentNames } from './ensemble-parameters';
import type { EnsembleModel } from './ensemble-model';
import type { EventSequence, HeldOut } from './held-out';
import { topPlaces } from './top-selection';

/** A visitor's candidates, and which of them the visitor met next. */
export interface ValidationQuery {
  readonly features: CandidateFeatures;
  /** 1 for each candidate that was met next. */
  readonly isRelevant: Uint8Array;
  /** 1 for each candidate that the visitor had met before. */
  readonly isOwn: Uint8Array;
  /** Relevant items, those that are no candidates included; all, and those that are new to the visitor. */
  readonly relevant: { readonly all: number; readonly fresh: number };
}

/** Whether items that a visitor had met before count. */
export type QueryScope = 'all' | 'fresh';

const metricDepth = 10;
const likelyDepth = 100;
const ownColumn = componentNames.indexOf('ownHistory');

/** The query of a visitor; undefined when nothing held out is known to the model. */
export function validationQuery(
  model: EnsembleModel,
  visitorId: string,
  { events, heldOut }: { readonly events: EventSequence; readonly heldOut: HeldOut },
): ValidationQuery | undefined {
  const places = heldOut.byVisitor.get(visitorId) ?? [];
  const next = new Set(places.flatMap((place) => model.slotOf(events.at(place)?.itemId ?? '') ?? []));
  if (next.size === 0) return undefined;
  const features = likely(model.featuresFor(visitorId));
  const isOwn = Uint8Array.from(features.columns[ownColumn] ?? [], (value) => (value > 0 ? 1 : 0));
  const isRelevant = Uint8Array.from(features.items, (item) => (next.has(item) ? 1 : 0));
  // What a visitor met before is always a candidate, so that all repeats are among them.
  const repeats = isRelevant.reduce((sum, relevant, i) => sum + relevant * (isOwn[i] ?? 0), 0);
  return { features, isRelevant, isOwn, relevant: { all: next.size, fresh: next.size - repeats } };
}

/** The items that some part puts among its best, and the visitor's own: no other comes among the best ten of a sum. */
function likely({ items, columns }: CandidateFeatures): CandidateFeatures {
  const places = new Set<number>();
  columns.forEach((column, component) => {
    const depth = component === ownColumn ? column.length : likelyDepth;
    for (const place of topPlaces(column, column.length, depth)) {
      if (component !== ownColumn || (column[place] ?? 0) > 0) places.add(place);
    }
  });
  const kept = [...places];
  return {
    items: kept.map((place) => items[place] ?? 0),
    columns: columns.map((column) => Float64Array.from(kept, (place) => column[place] ?? 0)),
  };
}

/** Mean NDCG at 10 over the queries that have anything relevant in the scope; 0 without any. */
export function meanNdcg(queries: readonly ValidationQuery[], weights: readonly number[], scope: QueryScope): number {
  const scored = queries.filter(({ relevant }) => relevant[scope] > 0);
  const sum = scored.reduce((total, query) => total + ndcgOf(query, weights, scope), 0);
  return scored.length === 0 ? 0 : sum / scored.length;
}

function ndcgOf(
  { features, isRelevant, isOwn, relevant }: ValidationQuery,
  weights: readonly number[],
  scope: QueryScope,
): number {
  const scores = fusedScores(features, weights);
  if (scope === 'fresh')
    isOwn.forEach((own, i) => (scores[i] = own === 1 ? Number.NEGATIVE_INFINITY : (scores[i] ?? 0)));
  let gain = 0;
  topPlaces(scores, scores.length, metricDepth).forEach((place, i) => {
    const counts = isRelevant[place] === 1 && (scope === 'all' || isOwn[place] !== 1);
    if (counts) gain += discountAt(i + 1);
  });
  return gain / idealGain(Math.min(metricDepth, relevant[scope]));
}
