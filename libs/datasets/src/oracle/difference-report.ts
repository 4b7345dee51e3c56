/** What a comparison found. */
export interface TileComparison {
  readonly tilesCompared: number;
  /** Numbers that were compared, event counts included. */
  readonly numbersCompared: number;
  readonly differenceCount: number;
  /** The first differences, in words; at most as many as asked for. */
  readonly differences: readonly string[];
}

/** Collects the differences of a comparison, bounded. */
export class DifferenceReport {
  private readonly kept: string[] = [];
  private differenceCount = 0;
  private tilesCompared = 0;
  private numbersCompared = 0;

  constructor(private readonly limit: number) {}

  /** Counts one tile that both sides have. */
  countTile(): void {
    this.tilesCompared += 1;
  }

  /** Compares two numbers that must be equal up to `tolerance`. */
  compare(where: string, expected: number, actual: number, tolerance = 0): void {
    this.numbersCompared += 1;
    // Written so that NaN differs.
    if (!(Math.abs(expected - actual) <= tolerance)) this.add(`${where}: expected ${expected}, found ${actual}`);
  }

  /** Adds a difference. */
  add(difference: string): void {
    this.differenceCount += 1;
    if (this.kept.length < this.limit) this.kept.push(difference);
  }

  /** What was found so far. */
  get result(): TileComparison {
    const { tilesCompared, numbersCompared, differenceCount } = this;
    return { tilesCompared, numbersCompared, differenceCount, differences: [...this.kept] };
  }
}
