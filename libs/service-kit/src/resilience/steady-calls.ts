import { type Clock } from './clock';
import { TokenBucket } from './token-bucket';

/** How calls are made steadily. */
export interface SteadyCallsOptions {
  readonly perSecond: number;
  /** Ends it; calls that have begun are waited for. */
  readonly signal: AbortSignal;
  readonly clock?: Clock;
}

/**
 * Begins a call so many times a second until the signal aborts, whether or not those before have ended. `call` gets its number,
 * from 0, and ends within a time of its own, which bounds how many are under way. Resolves when all have ended; the first that
 * rejects ends it too, and it then rejects with that reason.
 */
export async function callSteadily(
  call: (n: number) => Promise<void>,
  { perSecond, signal, ...clock }: SteadyCallsOptions,
): Promise<void> {
  // A busy machine wakes this loop late: a second's worth may be made up for.
  const pace = new TokenBucket({ ratePerSecond: perSecond, burst: Math.max(1, perSecond), ...clock });
  const failure = new AbortController();
  const ended = AbortSignal.any([signal, failure.signal]);
  const underWay = new Set<Promise<void>>();
  for (let n = 0; ; n += 1) {
    await pace.take(1, ended).catch(() => undefined);
    if (ended.aborted) break;
    const one: Promise<void> = call(n)
      .catch((error: unknown) => failure.abort(error))
      .finally(() => underWay.delete(one));
    underWay.add(one);
  }
  await Promise.all(underWay);
  failure.signal.throwIfAborted();
}
