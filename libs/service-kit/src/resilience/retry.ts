import { type AffinityError, fromUnknown } from '../errors';
import { type Clock, systemClock } from './clock';
import { type RetryBudget } from './retry-budget';

/** How an operation is repeated. */
export interface RetryOptions {
  /** Tries in all, the first included; 3 unless told. `Infinity` with a deadline or signal is fine. */
  readonly attempts?: number;
  /** Upper bound of the first pause in milliseconds, doubled for each further one; 50 unless told. */
  readonly baseDelayMs?: number;
  /** Upper bound of any pause in milliseconds; 2,000 unless told. */
  readonly maxDelayMs?: number;
  /** Epoch milliseconds; a pause that would reach it is not begun, the last error is thrown instead. */
  readonly deadlineAt?: number;
  /** Ends pauses and further tries. The operation has to look at it itself. */
  readonly signal?: AbortSignal;
  /** Which errors are worth another try; those that say so themselves unless told. */
  readonly isRetryable?: (error: AffinityError) => boolean;
  /** Limits retries over many operations, so that they cannot multiply an outage. */
  readonly budget?: RetryBudget;
  readonly clock?: Clock;
}

/**
 * Repeats `operation` until it succeeds, with exponential back-off and full jitter
 * (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/). Where the error says when to come back,
 * the pause is at least that long.
 * @throws AffinityError the last error, once it is not retryable or the attempts, the time or the budget are used up
 */
export async function retry<T>(operation: (attempt: number) => Promise<T>, options: RetryOptions = {}): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    options.signal?.throwIfAborted();
    try {
      const result = await operation(attempt);
      options.budget?.onSuccess();
      return result;
    } catch (thrown) {
      await pauseOrThrow(fromUnknown(thrown), attempt, options);
    }
  }
}

async function pauseOrThrow(error: AffinityError, attempt: number, options: RetryOptions): Promise<void> {
  const { attempts = 3, deadlineAt = Infinity, isRetryable = saysSoItself, clock = systemClock } = options;
  if (!isRetryable(error)) throw error;
  const affordable = options.budget?.onRetryableFailure() ?? true;
  const pauseMs = pauseAfter(attempt, error, options);
  if (attempt >= attempts || !affordable || clock.now() + pauseMs >= deadlineAt) throw error;
  await clock.sleep(pauseMs, options.signal);
}

function pauseAfter(attempt: number, error: AffinityError, options: RetryOptions): number {
  const { baseDelayMs = 50, maxDelayMs = 2_000, clock = systemClock } = options;
  const bound = Math.min(maxDelayMs, baseDelayMs * 2 ** (attempt - 1));
  return (error.retryAfterMs ?? 0) + clock.random() * bound;
}

function saysSoItself(error: AffinityError): boolean {
  return error.retryable;
}
