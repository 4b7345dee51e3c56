import { type CandidateFeatures, candidateFeatures, fusedScores } from './candidate-features';
import { dumpIndex, restoreRecord } from './ensemble-dump';
import { EnsembleIndex, type EnsembleLimits } from './ensemble-index';
import { type EnsembleParameters, untrainedParameters, weightVector } from './ensemble-parameters';
import type { ModelEvent, ModelRecord, RecommendationQuery, RecommenderModel, ScoredItem } from './recommender-model';
import { SessionNeighbours, type StartItem } from './session-neighbours';
import { SparseScores } from './sparse-scores';
import { topPlaces } from './top-selection';

/** Items of a visitor that an answer starts from, and how much less each further step back counts. */
const starts = 20;
const transitionFading = 0.85;
const neighbourFading = 0.9;
const ownFading = 0.97;
const neighbours = 100;

/** What an answer starts from: the visitor's items, most recent first. */
interface Start {
  readonly recent: readonly number[];
  readonly visitor: number | undefined;
}

/**
 * An ensemble of session neighbours, item transitions, popularity and own history. Their logarithms, standardised over the
 * candidates, are summed with weights (a logarithmic opinion pool; Genest and Zidek, Statistical Science 1986); the scores
 * of an answer are the softmax of the sums. Every event changes the very next answer.
 */
export class EnsembleModel implements RecommenderModel {
  readonly layout = 'ensemble/1';
  private readonly index: EnsembleIndex;
  private readonly neighbours: SessionNeighbours;
  private readonly transitionScores = new SparseScores();
  private readonly neighbourScores = new SparseScores();
  private readonly ownScores = new SparseScores();
  private readonly candidates = new SparseScores();

  constructor(
    limits: EnsembleLimits,
    readonly parameters: EnsembleParameters = untrainedParameters,
  ) {
    this.index = new EnsembleIndex(limits, parameters.transitionHalfLifeMs ?? Infinity);
    this.neighbours = new SessionNeighbours(this.index.histories, this.index.postings, { neighbours });
  }

  /** Items that the model knows. */
  get itemCount(): number {
    return this.index.items.size;
  }

  /** Whether the model knows an item. */
  hasItem(itemId: string): boolean {
    return this.index.items.slotOf(itemId) !== undefined;
  }

  /** See RecommenderModel. */
  learn(event: ModelEvent): void {
    this.index.learn(event);
  }

  /** See RecommenderModel. */
  knowItem(itemId: string): void {
    this.index.know(itemId);
  }

  /** Forgets what a user did and the user's sessions; what others learned from it stays in sums. */
  forgetVisitor(visitorId: string): boolean {
    return this.index.histories.forget(visitorId);
  }

  /** See RecommenderModel. */
  forVisitor(visitorId: string, query: RecommendationQuery): ScoredItem[] {
    return this.best(this.startOf(visitorId), query, undefined);
  }

  /** See RecommenderModel. */
  relatedTo(itemId: string, query: RecommendationQuery): ScoredItem[] {
    const slot = this.index.items.slotOf(itemId);
    return this.best({ recent: slot === undefined ? [] : [slot], visitor: undefined }, query, slot);
  }

  /** See RecommenderModel. */
  rank(visitorId: string, itemIds: readonly string[]): ScoredItem[] {
    const known = itemIds.flatMap((itemId) => this.index.items.slotOf(itemId) ?? []);
    const unknown = itemIds.filter((itemId) => !this.hasItem(itemId));
    const start = this.startOf(visitorId);
    const features = this.features(start, known);
    const placeOf = new Map(features.items.map((item, place) => [item, place]));
    const fused = fusedScores(features, this.weightsFor(start));
    const scores = Float64Array.from(known, (item) => fused[placeOf.get(item) ?? 0] ?? 0);
    const ranked = topPlaces(scores, scores.length, scores.length);
    return [...this.answer(ranked, known, scores), ...unknown.map((itemId) => ({ itemId }))];
  }

  /** What the parts say of a visitor's candidates, for tuning the weights. */
  featuresFor(visitorId: string): CandidateFeatures {
    return this.features(this.startOf(visitorId), []);
  }

  /** The number that {@link EnsembleModel.featuresFor} knows an item by. */
  slotOf(itemId: string): number | undefined {
    return this.index.items.slotOf(itemId);
  }

  /** See RecommenderModel. */
  dump(): Iterable<ModelRecord> {
    return dumpIndex(this.index);
  }

  /** See RecommenderModel. The records are our own. */
  restore(record: ModelRecord): void {
    restoreRecord(this.index, record);
  }

  private startOf(visitorId: string): Start {
    const recent = this.index.histories.recent(visitorId, starts).map(([item]) => item);
    return { recent, visitor: this.index.histories.slotOf(visitorId) };
  }

  private weightsFor({ recent }: Start): readonly number[] {
    const { weights, strangerWeights } = this.parameters;
    return weightVector(recent.length > 0 ? weights : strangerWeights);
  }

  private best(start: Start, { count, admits }: RecommendationQuery, excluded: number | undefined): ScoredItem[] {
    const isAdmitted = (item: number): boolean =>
      item !== excluded && (admits === undefined || admits(this.index.items.idOf(item)));
    let features = this.features(start, []);
    let places = placesOf(features.items, isAdmitted);
    if (places.length < count && features.items.length < this.index.items.size) {
      // Too few of the likely ones are admitted: then anything that is.
      features = this.features(start, this.everything(isAdmitted));
      places = placesOf(features.items, isAdmitted);
    }
    const fused = fusedScores(features, this.weightsFor(start));
    const scores = new Float64Array(places.length);
    for (let i = 0; i < places.length; i += 1) scores[i] = fused[places[i] ?? 0] ?? 0;
    const items = places.map((place) => features.items[place] ?? 0);
    return this.answer(topPlaces(scores, scores.length, count), items, scores);
  }

  private everything(isAdmitted: (item: number) => boolean): number[] {
    return [...this.index.items.entries()].map(([, slot]) => slot).filter(isAdmitted);
  }

  /** The softmax over all that was scored, so that scores are shares. */
  private answer(ranked: readonly number[], items: readonly number[], scores: Float64Array): Required<ScoredItem>[] {
    const top = scores[ranked[0] ?? 0] ?? 0;
    let total = 0;
    for (const score of scores) total += Math.exp(score - top);
    return ranked.map((place) => ({
      itemId: this.index.items.idOf(items[place] ?? 0),
      score: Math.exp((scores[place] ?? 0) - top) / total,
    }));
  }

  /** Candidates: what any part proposes, and `others`. */
  private features(start: Start, others: readonly number[]): CandidateFeatures {
    this.score(start);
    const { items, popularity, recency } = this.index;
    const { transitionScores, neighbourScores, ownScores, candidates } = this;
    candidates.clear(items.extent);
    for (const source of [transitionScores, neighbourScores, ownScores]) source.slots.forEach(candidates.touch);
    for (const source of [popularity.leaders, recency.leaders, others]) source.forEach(candidates.touch);
    return candidateFeatures([...candidates.slots], {
      transitions: { values: transitionScores.scores },
      neighbours: { values: neighbourScores.scores },
      popularity: popularity.counts,
      recency: recency.counts,
      ownHistory: { values: ownScores.scores },
    });
  }

  private score({ recent, visitor }: Start): void {
    const extent = this.index.items.extent;
    for (const scores of [this.transitionScores, this.neighbourScores, this.ownScores]) scores.clear(extent);
    for (const [item, weight] of faded(recent, transitionFading)) {
      this.index.transitions.spread(item, weight, this.transitionScores);
    }
    this.neighbours.vote(faded(recent, neighbourFading), visitor, this.neighbourScores);
    if (visitor === undefined) return;
    const { items, size } = this.index.histories.at(visitor);
    for (let i = 0; i < size; i += 1) this.ownScores.add(items[i] ?? 0, ownFading ** (size - 1 - i));
  }
}

function faded(recent: readonly number[], fading: number): StartItem[] {
  return recent.map((item, k) => [item, fading ** k]);
}

function placesOf(items: readonly number[], isAdmitted: (item: number) => boolean): number[] {
  const places: number[] = [];
  for (let place = 0; place < items.length; place += 1) if (isAdmitted(items[place] ?? 0)) places.push(place);
  return places;
}
