import { setTimeout as sleepFor } from 'node:timers/promises';

/** Time and chance as arguments, so that tests need neither wait nor guess. */
export interface Clock {
  /** Milliseconds since some fixed instant. */
  now(): number;
  /** Resolves after `ms` milliseconds; rejects when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** A number from 0 (included) to 1 (excluded). */
  random(): number;
}

/** The real clock: `now` is epoch milliseconds, so that deadlines can be compared with it. */
export const systemClock: Clock = {
  now: Date.now,
  sleep: (ms, signal) => sleepFor(ms, undefined, signal === undefined ? {} : { signal }),
  random: Math.random,
};
