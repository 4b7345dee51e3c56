import { fnv1a32 } from '@affinity/domain';

const cells = 1 << 20;

/**
 * An upper bound on the events of the busiest visitor on one day, in 4 MiB whatever the size of the data set: counters
 * by hash, as one row of a count-min sketch (Cormode, Muthukrishnan, 2005). Never below the true number.
 */
export class BusiestDay {
  private readonly counts = new Uint32Array(cells);
  private highest = 0;

  /** Counts one event of a visitor on a day. */
  add(visitor: string, day: number): void {
    const cell = fnv1a32(`${day} ${visitor}`) % cells;
    const count = (this.counts[cell] ?? 0) + 1;
    this.counts[cell] = count;
    if (count > this.highest) this.highest = count;
  }

  /** Most events of any visitor on any day, or somewhat more. */
  get upperBound(): number {
    return this.highest;
  }
}
