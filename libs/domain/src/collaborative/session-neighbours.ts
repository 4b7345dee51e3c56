import { grown } from './growable-array';
import { SparseScores } from './sparse-scores';
import { topPlaces } from './top-selection';
import type { VisitorHistories } from './visitor-histories';
import type { VisitorPostings } from './visitor-postings';

/** How neighbours are chosen. */
export interface SessionNeighboursOptions {
  /** The most similar visitors that count. */
  readonly neighbours: number;
}

/** An item that a search starts from, and how much it counts. */
export type StartItem = readonly [item: number, weight: number];

/**
 * Vector session nearest neighbours: visitors whose history shares the starting items vote for what else it holds. The
 * similarity is `sum over shared items of weight * log(1 + visitors / holders) / sqrt(length)`, the vote the similarity.
 * Sources: Ludewig, Jannach, "Evaluation of session-based recommendation algorithms", UMUAI 2018 (V-SKNN: weights by
 * recency); Kersbergen, Sprangers, Schelter, "Serenade", SIGMOD 2022 (VMIS-kNN: index of the latest, rarity of the item).
 */
export class SessionNeighbours {
  private readonly similar = new SparseScores();
  private normalised = new Float64Array(0);
  private votes = 0;
  /** By item, the number of the vote that named it last. */
  private lastVote = new Float64Array(0);

  constructor(
    private readonly histories: VisitorHistories,
    private readonly postings: VisitorPostings,
    private readonly options: SessionNeighboursOptions,
  ) {}

  /** Adds the votes of the neighbours of `starts`, all but the visitor's own. */
  vote(starts: readonly StartItem[], self: number | undefined, into: SparseScores): void {
    this.findSimilar(starts);
    this.lastVote = grown(this.lastVote, into.scores.length);
    const visitors = this.similar.slots;
    const similarities = this.similarities(visitors, self);
    for (const place of topPlaces(similarities, visitors.length, this.options.neighbours)) {
      const similarity = similarities[place] ?? 0;
      if (similarity > 0) this.voteOf(visitors[place] ?? 0, similarity, into);
    }
  }

  private similarities(visitors: readonly number[], self: number | undefined): Float64Array {
    this.normalised = grown(this.normalised, visitors.length);
    for (let i = 0; i < visitors.length; i += 1) {
      const visitor = visitors[i] ?? 0;
      const length = this.histories.at(visitor).size;
      this.normalised[i] = visitor === self ? 0 : this.similar.get(visitor) / Math.sqrt(Math.max(1, length));
    }
    return this.normalised;
  }

  private findSimilar(starts: readonly StartItem[]): void {
    this.similar.clear(this.histories.extent);
    for (const [item, weight] of starts) {
      const rarity = Math.log(1 + this.histories.size / Math.max(1, this.postings.holdersOf(item)));
      for (const visitor of this.postings.of(item)) this.similar.add(visitor, weight * rarity);
    }
  }

  private voteOf(visitor: number, similarity: number, into: SparseScores): void {
    const { items, size } = this.histories.at(visitor);
    this.votes += 1;
    for (let i = 0; i < size; i += 1) {
      const item = items[i] ?? 0;
      if (this.lastVote[item] === this.votes) continue; // A repeated item is voted for once.
      this.lastVote[item] = this.votes;
      into.add(item, similarity);
    }
  }
}
