import type { Schema } from '@affinity/domain';

/**
 * What counts as now: the wall clock, or, in a deployment of historical data (`clock: newest-event`), when the newest event
 * happened that was met so far.
 */
export class EventClock {
  private newestMs: number | undefined;

  constructor(
    private readonly kind: Schema['clock'],
    private readonly wallMs: () => number,
  ) {}

  /** An event happened at this instant, in epoch milliseconds. */
  meet(occurredAtMs: number): void {
    if (this.newestMs === undefined || occurredAtMs > this.newestMs) this.newestMs = occurredAtMs;
  }

  /** Epoch milliseconds. */
  nowMs(): number {
    return this.kind === 'wall' ? this.wallMs() : (this.newestMs ?? this.wallMs());
  }
}
