import { AffinityError, CircuitBreaker, type CircuitState, fromUnknown } from '@affinity/service-kit';
import { type CallLimits, within } from './time-budget';

/** How a fair circuit decides. */
export interface FairCircuitOptions {
  /** What is behind it, for messages. */
  readonly name: string;
  /** Milliseconds that a call must have been given before its being cut counts as a failure of the other side. */
  readonly fairWaitMs: number;
  readonly onChange: (state: CircuitState) => void;
}

/**
 * A circuit that callers in a hurry do not open for the patient: a call that was given less than the fair time and was cut
 * says nothing of the other side, and neither does one whose caller left.
 */
export class FairCircuit {
  private readonly breaker: CircuitBreaker;

  constructor(private readonly options: FairCircuitOptions) {
    const { name, onChange } = options;
    const isNeutral = (error: AffinityError): boolean => error instanceof CutShortError || error.code === 'CANCELLED';
    this.breaker = new CircuitBreaker({ name, onChange, isNeutral });
  }

  /**
   * Runs a call within its limits, or refuses it.
   * @throws AffinityError UNAVAILABLE while calls are paused, DEADLINE_EXCEEDED at the limits, else what the call throws
   */
  run<T>(limits: CallLimits, call: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const givenMs = limits.deadlineAt - Date.now();
    return this.breaker.run(async () => {
      try {
        return await within(limits, call);
      } catch (thrown) {
        const error = fromUnknown(thrown);
        const isCutShort = error.code === 'DEADLINE_EXCEEDED' && givenMs < this.options.fairWaitMs;
        throw isCutShort ? new CutShortError(error) : error;
      }
    });
  }
}

/** Time was up before anybody could be expected to answer. */
class CutShortError extends AffinityError {
  constructor(cause: AffinityError) {
    super('DEADLINE_EXCEEDED', cause.message, { cause });
  }
}
