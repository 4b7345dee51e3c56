import { grown } from './growable-array';

/** Scores by slot of which few are set at a time: clearing costs what was set, not what could be. */
export class SparseScores {
  scores = new Float64Array(0);
  private readonly set: number[] = [];
  private isSet = new Uint8Array(0);

  /** Forgets all scores and makes room for slots below `extent`. */
  clear(extent: number): void {
    for (const slot of this.set) {
      this.scores[slot] = 0;
      this.isSet[slot] = 0;
    }
    this.set.length = 0;
    this.scores = grown(this.scores, extent);
    this.isSet = grown(this.isSet, extent);
  }

  /** Notes that a slot counts, whatever its score. */
  readonly touch = (slot: number): void => {
    if (this.isSet[slot] === 1) return;
    this.isSet[slot] = 1;
    this.set.push(slot);
  };

  add(slot: number, score: number): void {
    this.touch(slot);
    this.scores[slot] = (this.scores[slot] ?? 0) + score;
  }

  has(slot: number): boolean {
    return this.isSet[slot] === 1;
  }

  get(slot: number): number {
    return this.scores[slot] ?? 0;
  }

  /** The slots that were set, in that order. */
  get slots(): readonly number[] {
    return this.set;
  }
}
