import { type Clock, TokenBucket } from '@affinity/service-kit';

/** A rate that all replicas of a deployment share. */
export interface SharedQuotaOptions {
  /** Of all replicas together. */
  readonly ratePerSecond: number;
  readonly partitions: number;
  readonly clock?: Clock;
}

/**
 * This replica's part of a shared rate: as large as its part of the partitions. The parts of all replicas add up to the
 * whole without their talking to each other, and follow the partitions as these move.
 */
export class SharedQuota {
  private bucket: TokenBucket;
  private held = 0;

  constructor(private readonly options: SharedQuotaOptions) {
    this.bucket = this.bucketFor(1);
  }

  /** How many partitions this replica works on now. */
  hold(partitions: number): void {
    if (partitions === this.held) return;
    this.held = partitions;
    this.bucket = this.bucketFor(Math.max(1, partitions));
  }

  /** Waits for the next free place in the rate. Rejects when the signal aborts. */
  take(signal: AbortSignal): Promise<void> {
    return this.bucket.take(1, signal);
  }

  private bucketFor(held: number): TokenBucket {
    const { ratePerSecond, partitions, clock } = this.options;
    const rate = (ratePerSecond * held) / partitions;
    // A tenth of a second's worth at once: even full buckets all over hardly exceed the rate in any second.
    const burst = Math.max(1, Math.floor(rate / 10));
    return new TokenBucket({ ratePerSecond: rate, burst, ...(clock === undefined ? {} : { clock }) });
  }
}
