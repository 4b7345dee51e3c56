import { deadlineSignal } from '@affinity/service-kit';

/** When a call has to be answered, and who may call it off. */
export interface CallLimits {
  /** Epoch milliseconds. */
  readonly deadlineAt: number;
  readonly signal: AbortSignal;
}

/**
 * Splits the time of a call. Candidates and what the visitor has seen may use the first 40 %, items' attributes as well
 * 50 %, everything together 70 %; the rest is for merging and the way back, both of which a busy machine delays. What comes
 * early leaves its time to what follows.
 */
export class TimeBudget {
  private readonly totalMs: number;

  constructor(
    private readonly limits: CallLimits,
    private readonly startedAtMs: number = Date.now(),
  ) {
    this.totalMs = Math.max(0, limits.deadlineAt - startedAtMs);
  }

  /** For what has to be known before anything can be scored. */
  get gathering(): CallLimits {
    return this.until(0.4);
  }

  /** For what the candidates are like, which is mostly remembered. */
  get describing(): CallLimits {
    return this.until(0.5);
  }

  /** For everything else. */
  get scoring(): CallLimits {
    return this.until(0.7);
  }

  private until(share: number): CallLimits {
    return { deadlineAt: this.startedAtMs + share * this.totalMs, signal: this.limits.signal };
  }
}

/**
 * Runs work that must not outlast its limits: when they are reached, it rejects at once with DEADLINE_EXCEEDED or the
 * caller's reason, even if the work does not heed the signal that it is given.
 */
export async function within<T>(
  { deadlineAt, signal }: CallLimits,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const limited = deadlineSignal(Math.max(0, Math.floor(deadlineAt - Date.now())), signal);
  try {
    return await Promise.race([work(limited.signal), rejection(limited.signal)]);
  } finally {
    limited.release();
  }
}

function rejection(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const onAbort = (): void => {
      reject(signal.reason as Error);
    };
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
}
