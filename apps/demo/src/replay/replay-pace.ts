// The replay goes as fast as profiles stay fresh: a backlog would only move the waiting from here into the stream, and the
// latency that the demo shows would be that of the backlog. Additive increase, multiplicative decrease (Chiu, Jain, 1989).

/** How a pace is found. */
export interface ReplayPaceOptions {
  /** Events a second to begin with. */
  readonly startRate: number;
  /** Freshness above which the pace slows down, in milliseconds. */
  readonly targetMs: number;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** Resolves after so many milliseconds; rejects when the signal aborts. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

const leastRate = 50;
const slowerBy = 0.8;
/** Part of the first rate that is added for each fresh answer. */
const fasterBy = 0.1;

/** Decides how many events a second are replayed. */
export class ReplayPace {
  private rate: number;
  private nextAtMs: number;

  constructor(private readonly options: ReplayPaceOptions) {
    this.rate = options.startRate;
    this.nextAtMs = options.now();
  }

  /** Events a second, now. */
  get eventsPerSecond(): number {
    return this.rate;
  }

  /** Resolves when so many more events may be sent. */
  async take(events: number, signal: AbortSignal): Promise<void> {
    const nowMs = this.options.now();
    const startAtMs = Math.max(nowMs, this.nextAtMs);
    this.nextAtMs = startAtMs + (events / this.rate) * 1_000;
    if (startAtMs > nowMs) await this.options.sleep(startAtMs - nowMs, signal);
  }

  /** Hears how long an event took to become visible, in milliseconds. */
  heard(latencyMs: number): void {
    const { startRate, targetMs } = this.options;
    if (latencyMs <= targetMs) this.rate += startRate * fasterBy;
    else this.rate = Math.max(leastRate, this.rate * slowerBy);
  }
}
