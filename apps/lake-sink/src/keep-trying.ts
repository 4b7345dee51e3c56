import { retry, type AffinityError, type Clock } from '@affinity/service-kit';

/** How to go on until something works. */
export interface KeepTryingOptions {
  /** Ends the attempts, and the waiting for one that is under way. */
  readonly signal: AbortSignal;
  /** Told of each failure, and, with `undefined`, of the success. */
  readonly report: (problem: string | undefined) => void;
  readonly clock: Clock;
}

/**
 * Repeats an operation with growing pauses until it succeeds: nothing may be dropped because a store is away. Only ABORTED
 * is not repeated. Rejects as soon as the signal aborts; the attempt under way may then still take effect.
 */
export async function keepTrying<T>(
  operation: () => Promise<T>,
  { signal, report, clock }: KeepTryingOptions,
): Promise<T> {
  const isRetryable = (error: AffinityError): boolean => {
    if (error.code === 'ABORTED') return false;
    report(`${error.code}: ${error.message}`);
    return true;
  };
  const result = await orAborted(retry(operation, { attempts: Infinity, signal, isRetryable, clock }), signal);
  report(undefined);
  return result;
}

function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    void work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
