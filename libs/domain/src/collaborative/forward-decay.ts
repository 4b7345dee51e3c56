/** Powers of two that a weight may grow to before all are scaled down; doubles hold up to 2^1023. */
const maxExponent = 400;

/**
 * Exponential decay without touching what is stored: a new weight is made larger instead of the old ones smaller. Weights
 * added at different times then compare as if all had decayed to the same instant.
 * Source: Cormode, Shkapenyuk, Srivastava, Xu, "Forward decay: a practical time decay model for streaming systems", ICDE 2009.
 */
export class ForwardDecay {
  private landmarkMs: number | undefined;
  private newest = 1;

  /**
   * @param halfLifeMs after which a weight counts half; Infinity: never
   * @param rescale multiplies all stored weights by a factor; called about every 400 half-lives
   */
  constructor(
    private readonly halfLifeMs: number,
    private readonly rescale: (factor: number) => void,
  ) {}

  /** What a weight of 1 at this instant is stored as. */
  factorAt(atMs: number): number {
    if (this.halfLifeMs === Infinity) return 1;
    this.landmarkMs ??= atMs;
    const exponent = (atMs - this.landmarkMs) / this.halfLifeMs;
    if (exponent > maxExponent) {
      this.rescale(2 ** -exponent);
      this.landmarkMs = atMs;
      this.newest = 1;
      return 1;
    }
    const factor = 2 ** exponent;
    this.newest = Math.max(this.newest, factor);
    return factor;
  }

  /** What a weight of 1 at the newest instant is stored as; 1 before any. */
  get newestFactor(): number {
    return this.newest;
  }

  /** For a dump: the landmark, and what a weight of 1 at the newest instant is stored as; empty before any. */
  get state(): readonly number[] {
    return this.landmarkMs === undefined ? [] : [this.landmarkMs, this.newest];
  }

  /** Puts a dumped state back. */
  restore([landmarkMs, newest = 1]: readonly number[]): void {
    this.landmarkMs = landmarkMs;
    this.newest = newest;
  }
}
