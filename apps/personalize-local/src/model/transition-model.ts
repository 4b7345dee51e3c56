import { ItemPopularity } from './item-popularity';
import { ItemTransitions } from './item-transitions';
import type { Interaction, ModelRecord, RecommenderModel, ScoredItem } from './recommender-model';
import { VisitorHistories, type Visit } from './visitor-histories';

/** Limits and pace of the model. */
export interface TransitionModelOptions {
  readonly maxItems: number;
  readonly maxVisitors: number;
  readonly maxVisitsPerVisitor: number;
  readonly popularityHalfLifeMs: number;
  readonly transitionHalfLifeMs: number;
}

/** Most items in one answer, and so the most leaders worth knowing. */
const maxAnswer = 500;
const maxSuccessors = 128;
/** Items of a visitor that an event is linked to, and that an answer starts from. */
const linkedVisits = 10;
const startingVisits = 20;
/** How much less each further step back in a history counts. */
const linkFading = 0.8;
const startFading = 0.85;
/** The way back, from the later item to the earlier one, counts less than the way forth. */
const backwardWeight = 0.5;
const dayMs = 86_400_000;
/** Part of a score that comes from popularity where there is something else to go by. */
const popularityPart = 0.1;

/**
 * Item-to-item transitions with decay, mixed with popularity:
 * `0.9 * sum_k(0.85^k * P(item | k-th last item of the visitor)) / sum_k(0.85^k) + 0.1 * share of all interactions`.
 * An event links its item with the visitor's ten before, by `0.8^k / (1 + days between)`, and half as much the other way.
 */
export class TransitionModel implements RecommenderModel {
  readonly layout = 'transitions/1';
  private readonly popularity: ItemPopularity;
  private readonly transitions: ItemTransitions;
  private readonly histories: VisitorHistories;

  constructor(options: TransitionModelOptions) {
    const { maxItems, maxVisitors, maxVisitsPerVisitor, popularityHalfLifeMs, transitionHalfLifeMs } = options;
    this.popularity = new ItemPopularity({ maxItems, halfLifeMs: popularityHalfLifeMs, leaders: maxAnswer + 1 });
    this.transitions = new ItemTransitions({ halfLifeMs: transitionHalfLifeMs, maxSuccessors });
    this.histories = new VisitorHistories({ maxVisitors, maxVisits: maxVisitsPerVisitor });
  }

  /** See RecommenderModel. */
  learn({ userId, sessionId, itemId, atMs }: Interaction): void {
    const visitorId = this.histories.visitorOf(userId, sessionId);
    if (itemId === undefined) return;
    this.forget(this.popularity.add(itemId, { weight: 1, atMs }));
    const earlier = this.histories.recent(visitorId, linkedVisits + 1).filter((visit) => visit.itemId !== itemId);
    earlier.slice(0, linkedVisits).forEach((visit, k) => this.link(visit, { itemId, atMs }, linkFading ** k));
    this.histories.add(visitorId, { itemId, atMs });
  }

  /** See RecommenderModel. */
  knowItem(itemId: string): void {
    this.forget(this.popularity.know(itemId));
  }

  /** See RecommenderModel. */
  forVisitor(visitorId: string, count: number): ScoredItem[] {
    return this.best(this.likely(this.startsOf(visitorId)), count);
  }

  /** See RecommenderModel. */
  relatedTo(itemId: string, count: number): ScoredItem[] {
    const related = this.best(this.likely([[itemId, 1]]), count + 1);
    return related.filter((item) => item.itemId !== itemId).slice(0, count);
  }

  /** See RecommenderModel. */
  rank(visitorId: string, itemIds: readonly string[]): ScoredItem[] {
    const likely = this.likely(this.startsOf(visitorId));
    const known = itemIds.filter((itemId) => this.popularity.has(itemId));
    const unknown = itemIds.filter((itemId) => !this.popularity.has(itemId));
    const ranked = known.map((itemId) => ({ itemId, score: this.score(itemId, likely) })).sort(byScore);
    return [...ranked, ...unknown.map((itemId) => ({ itemId }))];
  }

  /** See RecommenderModel. */
  *dump(): Iterable<ModelRecord> {
    for (const entry of this.popularity.entries()) yield ['item', ...entry];
    for (const entry of this.transitions.entries()) yield ['from', ...entry];
    for (const entry of this.histories.entries()) yield ['visitor', ...entry];
    for (const entry of this.histories.ownedSessions()) yield ['owner', ...entry];
  }

  /** See RecommenderModel. The records are our own, checked by the digest of their line. */
  restore(record: ModelRecord): void {
    const [kind, id, ...rest] = record as readonly [string, string, ...unknown[]];
    if (kind === 'item') this.popularity.restore(id, { weight: rest[0] as number, atMs: rest[1] as number });
    else if (kind === 'from') this.transitions.restore(id, rest[0] as [string, number, number][]);
    else if (kind === 'visitor') this.histories.restoreHistory(id, rest[0] as [string, number][]);
    else if (kind === 'owner') this.histories.restoreOwner(id, rest[0] as string);
    else throw new TypeError(`"${kind}" is no record of ${this.layout}`);
  }

  private link(earlier: Visit, later: Visit, closeness: number): void {
    const weight = closeness / (1 + Math.abs(later.atMs - earlier.atMs) / dayMs);
    const atMs = Math.max(earlier.atMs, later.atMs);
    this.transitions.add(earlier.itemId, later.itemId, { weight, atMs });
    this.transitions.add(later.itemId, earlier.itemId, { weight: backwardWeight * weight, atMs });
  }

  private forget(itemIds: readonly string[]): void {
    for (const itemId of itemIds) this.transitions.forget(itemId);
  }

  private startsOf(visitorId: string): readonly (readonly [itemId: string, weight: number])[] {
    return this.histories.recent(visitorId, startingVisits).map(({ itemId }, k) => [itemId, startFading ** k]);
  }

  /** The probability of each item that follows the starting ones. */
  private likely(starts: readonly (readonly [itemId: string, weight: number])[]): ReadonlyMap<string, number> {
    const total = starts.reduce((sum, [, weight]) => sum + weight, 0);
    const likely = new Map<string, number>();
    for (const [start, weight] of starts) {
      for (const [itemId, share] of this.transitions.successors(start)) {
        if (this.popularity.has(itemId)) likely.set(itemId, (likely.get(itemId) ?? 0) + (weight / total) * share);
      }
    }
    return likely;
  }

  private best(likely: ReadonlyMap<string, number>, count: number): ScoredItem[] {
    const candidates = new Set([...likely.keys(), ...this.popularity.leaders]);
    const scored = [...candidates].map((itemId) => ({ itemId, score: this.score(itemId, likely) }));
    return scored.sort(byScore).slice(0, count);
  }

  private score(itemId: string, likely: ReadonlyMap<string, number>): number {
    return (1 - popularityPart) * (likely.get(itemId) ?? 0) + popularityPart * this.popularity.shareOf(itemId);
  }
}

/** Best first; equal ones by id, so that answers repeat. */
function byScore(left: Required<ScoredItem>, right: Required<ScoredItem>): number {
  return right.score - left.score || (left.itemId < right.itemId ? -1 : 1);
}
