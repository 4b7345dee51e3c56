import { type Clock, systemClock } from './clock';

/** How fast a bucket fills. */
export interface TokenBucketOptions {
  readonly ratePerSecond: number;
  /** Tokens it holds when full, so also the most that can be taken at once. */
  readonly burst: number;
  readonly clock?: Clock;
}

/** Limits a rate: tokens trickle in, work takes them out. Starts full. */
export class TokenBucket {
  private readonly clock: Clock;
  private tokens: number;
  private filledAt: number;

  constructor(private readonly options: TokenBucketOptions) {
    this.clock = options.clock ?? systemClock;
    this.tokens = options.burst;
    this.filledAt = this.clock.now();
  }

  /** Takes tokens if there are enough now. */
  tryTake(count = 1): boolean {
    this.fill();
    if (this.tokens < count) return false;
    this.tokens -= count;
    return true;
  }

  /**
   * Takes tokens, waiting until they have come in. Callers are served in the order in which they asked: each reserves
   * its tokens at once, so a large request is not starved by small ones. An aborted wait gives its tokens back.
   * @throws RangeError when `count` exceeds the burst, and so could never be served
   */
  async take(count = 1, signal?: AbortSignal): Promise<void> {
    if (count > this.options.burst)
      throw new RangeError(`cannot take ${count} tokens: the bucket holds ${this.options.burst}`);
    this.fill();
    this.tokens -= count;
    if (this.tokens >= 0) return;
    try {
      await this.clock.sleep((-this.tokens / this.options.ratePerSecond) * 1_000, signal);
    } catch (error) {
      this.tokens += count;
      throw error;
    }
  }

  private fill(): void {
    const now = this.clock.now();
    const income = ((now - this.filledAt) / 1_000) * this.options.ratePerSecond;
    this.tokens = Math.min(this.options.burst, this.tokens + Math.max(0, income));
    this.filledAt = now;
  }
}
