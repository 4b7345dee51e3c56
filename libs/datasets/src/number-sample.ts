import { Random } from './marketplace/random';

const maxNumbers = 10_000;

/**
 * At most 10,000 of many numbers, each as likely as any other; the same numbers in the same order give the same sample. Source:
 * Vitter, "Random sampling with a reservoir", ACM TOMS 1985 (algorithm R).
 */
export class NumberSample {
  private readonly numbers: number[] = [];
  private readonly random = new Random(1);
  private seen = 0;

  /** Shows the sample a number. */
  add(value: number): void {
    this.seen += 1;
    if (this.numbers.length < maxNumbers) {
      this.numbers.push(value);
      return;
    }
    const place = this.random.below(this.seen);
    if (place < maxNumbers) this.numbers[place] = value;
  }

  /** The numbers that part the sample into so many parts of about the same size, rising, each once. */
  edges(parts: number): readonly number[] {
    const rising = this.numbers.toSorted((left, right) => left - right);
    const edges = Array.from({ length: parts - 1 }, (_, i) => rising[Math.floor((rising.length * (i + 1)) / parts)]);
    const [least = 0] = rising;
    return [...new Set(edges)].filter((edge): edge is number => edge !== undefined && edge > least);
  }
}
