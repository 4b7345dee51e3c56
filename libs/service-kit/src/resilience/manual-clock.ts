import { type Clock } from './clock';

/** A clock for tests: time passes when it is told to, or at once when somebody sleeps. */
export interface ManualClock extends Clock {
  advance(ms: number): void;
  /** How long each sleep was asked to last, in milliseconds. */
  readonly sleeps: readonly number[];
}

/** A {@link ManualClock} whose `random` always gives the same number. */
export function createManualClock(random = 0.5): ManualClock {
  let now = 0;
  const sleeps: number[] = [];
  return {
    sleeps,
    now: () => now,
    random: () => random,
    advance: (ms) => void (now += ms),
    sleep: (ms, signal) => {
      if (signal?.aborted === true) return Promise.reject(signal.reason as Error);
      sleeps.push(ms);
      now += ms;
      return Promise.resolve();
    },
  };
}
