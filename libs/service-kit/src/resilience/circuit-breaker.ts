import { type AffinityError, fromUnknown, unavailable } from '../errors';
import { type Clock, systemClock } from './clock';

// States and their exits
// closed     calls pass and their outcomes are counted. -> open: within the window at least `minCalls` ended and the share
//            of failures reached `failureRatio`. Neutral outcomes are not counted.
// open       calls are refused at once. -> half-open: `openMs` after it opened, at the next call.
// half-open  at most `probes` calls pass at a time, others are refused. -> closed: `probes` of them succeeded.
//            -> open: one of them failed. A neutral one makes room for another probe.

/** The state of a circuit breaker. */
export type CircuitState = 'closed' | 'open' | 'half-open';

/** How a circuit breaker decides. */
export interface CircuitBreakerOptions {
  /** What is behind it, for messages and metrics. */
  readonly name: string;
  /** Share of failures (0 to 1) that opens it; 0.5 unless told. */
  readonly failureRatio?: number;
  /** Calls in the window before a share means anything; 10 unless told. */
  readonly minCalls?: number;
  /** Milliseconds after which counted calls are forgotten; 10,000 unless told. */
  readonly windowMs?: number;
  /** Milliseconds to stay open; 2,000 unless told. */
  readonly openMs?: number;
  /** Calls that pass, and must succeed, while half-open; 2 unless told. */
  readonly probes?: number;
  /** Which errors say that the other side is unwell; all but those that blame the request or the caller unless told. */
  readonly isFailure?: (error: AffinityError) => boolean;
  /**
   * Which errors say nothing of the other side, so that neither state nor share changes: calls that their caller cancelled
   * unless told.
   */
  readonly isNeutral?: (error: AffinityError) => boolean;
  readonly onChange?: (state: CircuitState) => void;
  readonly clock?: Pick<Clock, 'now'>;
}

/** What the end of a call says of the other side. */
type Verdict = 'success' | 'failure' | 'neutral';

/** Refuses calls to something that is failing, and finds out by a few probes when it works again. */
export class CircuitBreaker {
  private readonly options: Required<CircuitBreakerOptions>;
  private current: CircuitState = 'closed';
  private windowStartedAt: number;
  private counted = { calls: 0, failures: 0 };
  private previous = { calls: 0, failures: 0 };
  private openedAt = 0;
  private probing = { running: 0, succeeded: 0 };
  // Outcomes of calls that began before the last change of state say nothing about the present one.
  private epoch = 0;

  constructor(options: CircuitBreakerOptions) {
    this.options = { ...defaults, ...options };
    this.windowStartedAt = this.options.clock.now();
  }

  /** The present state; `open` lasts until a call comes after `openMs`. */
  get state(): CircuitState {
    return this.current;
  }

  /**
   * Runs the call, or refuses it.
   * @throws AffinityError UNAVAILABLE with `retryAfterMs` when the circuit refuses; else whatever the call throws
   */
  async run<T>(call: () => Promise<T>): Promise<T> {
    this.admit();
    const epoch = this.epoch;
    try {
      const result = await call();
      this.record(epoch, 'success');
      return result;
    } catch (error) {
      this.record(epoch, this.verdict(fromUnknown(error)));
      throw error;
    }
  }

  private verdict(error: AffinityError): Verdict {
    if (this.options.isNeutral(error)) return 'neutral';
    return this.options.isFailure(error) ? 'failure' : 'success';
  }

  private admit(): void {
    if (this.current === 'closed') return;
    const waitMs = this.openedAt + this.options.openMs - this.options.clock.now();
    if (this.current === 'open' && waitMs <= 0) this.change('half-open');
    const { running, succeeded } = this.probing;
    if (this.current !== 'half-open' || running + succeeded >= this.options.probes) throw this.refusal(waitMs);
    this.probing.running += 1;
  }

  private refusal(waitMs: number): AffinityError {
    return unavailable(`${this.options.name} is failing, calls are paused`, { retryAfterMs: Math.max(0, waitMs) });
  }

  private record(epoch: number, verdict: Verdict): void {
    if (epoch !== this.epoch) return;
    if (this.current === 'half-open') this.recordProbe(verdict);
    else if (verdict !== 'neutral') this.recordCall(verdict === 'failure');
  }

  private recordProbe(verdict: Verdict): void {
    this.probing.running -= 1;
    if (verdict === 'neutral') return;
    if (verdict === 'failure') {
      this.open();
      return;
    }
    this.probing.succeeded += 1;
    if (this.probing.succeeded >= this.options.probes) this.change('closed');
  }

  private recordCall(failed: boolean): void {
    this.slideWindow();
    this.counted.calls += 1;
    if (failed) this.counted.failures += 1;
    const calls = this.counted.calls + this.previous.calls;
    const failures = this.counted.failures + this.previous.failures;
    if (failed && calls >= this.options.minCalls && failures / calls >= this.options.failureRatio) this.open();
  }

  /** Two half windows: what is counted is at least half a window and at most a whole one old. */
  private slideWindow(): void {
    const age = this.options.clock.now() - this.windowStartedAt;
    const half = this.options.windowMs / 2;
    if (age < half) return;
    this.previous = age < this.options.windowMs ? this.counted : { calls: 0, failures: 0 };
    this.counted = { calls: 0, failures: 0 };
    this.windowStartedAt += Math.floor(age / half) * half;
  }

  private open(): void {
    this.openedAt = this.options.clock.now();
    this.change('open');
  }

  private change(state: CircuitState): void {
    this.current = state;
    this.epoch += 1;
    this.probing = { running: 0, succeeded: 0 };
    this.counted = { calls: 0, failures: 0 };
    this.previous = { calls: 0, failures: 0 };
    this.windowStartedAt = this.options.clock.now();
    this.options.onChange(state);
  }
}

const blameless = new Set([
  'INVALID_ARGUMENT',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'FAILED_PRECONDITION',
  'ABORTED',
  'CANCELLED',
]);

const defaults = {
  failureRatio: 0.5,
  minCalls: 10,
  windowMs: 10_000,
  openMs: 2_000,
  probes: 2,
  isFailure: (error: AffinityError) => !blameless.has(error.code),
  isNeutral: (error: AffinityError) => error.code === 'CANCELLED',
  onChange: () => undefined,
  clock: systemClock,
};
