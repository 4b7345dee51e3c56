import { atSteadyRate, latencyColumns, median, saturate } from '@affinity/testing';

/** Calls at a steady rate, whatever they take. */
export interface OfferedRate {
  readonly perSecond: number;
  readonly durationMs: number;
}

/** What became of calls that were offered at a steady rate. */
export interface RateRun {
  readonly offeredPerSecond: number;
  /** Answers a second, from the first call until the last is over. */
  readonly achievedPerSecond: number;
  /** From 0 to 1; the others failed, most likely by their deadline. */
  readonly answeredShare: number;
  /** Of answered calls, from when each was due, in milliseconds. */
  readonly latenciesMs: readonly number[];
}

type Operation = (n: number) => Promise<unknown>;

/** Below this part of the offered rate calls pile up for as long as it is offered. */
const keptShare = 0.95;
const stepDown = 0.8;
const maxSteps = 5;

/** Offers calls at a rate. A call that fails is counted as not answered. */
export async function offer(operation: Operation, { perSecond, durationMs }: OfferedRate): Promise<RateRun> {
  const failed = new Set<number>();
  const call = (n: number): Promise<unknown> => operation(n).catch(() => failed.add(n));
  const startedAt = performance.now();
  const all = await atSteadyRate(call, { perSecond, durationMs });
  const tookMs = Math.max(durationMs, performance.now() - startedAt);
  const latenciesMs = all.filter((_, n) => !failed.has(n));
  return {
    offeredPerSecond: perSecond,
    achievedPerSecond: (latenciesMs.length * 1_000) / tookMs,
    answeredShare: latenciesMs.length / all.length,
    latenciesMs,
  };
}

/** Whether a rate was kept: every call was answered, and they did not pile up. */
export function isKept({ offeredPerSecond, achievedPerSecond, answeredShare }: RateRun): boolean {
  return answeredShare === 1 && achievedPerSecond >= keptShare * offeredPerSecond;
}

/**
 * The highest rate that is kept, by steps down of a fifth from what one caller after another gets; after five steps the lowest
 * of them, kept or not.
 */
export async function highestKeptRate(operation: Operation, durationMs: number): Promise<number> {
  const oneByOne = await saturate(operation, { inFlight: 1, durationMs });
  let perSecond = oneByOne.perSecond;
  for (let step = 0; step < maxSteps; step += 1) {
    perSecond *= stepDown;
    if (isKept(await offer(operation, { perSecond, durationMs }))) break;
  }
  return perSecond;
}

/** The columns of a table for runs at the same rate: medians over the runs. */
export function rateColumns(runs: readonly RateRun[]) {
  const middle = (valueOf: (run: RateRun) => number): number => median(runs.map(valueOf));
  return {
    offeredPerSecond: middle((run) => run.offeredPerSecond),
    achievedPerSecond: middle((run) => run.achievedPerSecond),
    answeredShare: middle((run) => run.answeredShare),
    ...latencyColumns(runs.map(({ latenciesMs }) => latenciesMs)),
  };
}
