import { setTimeout as pause } from 'node:timers/promises';
import { type PlannedFault, targetOf } from './fault-plan';

/** What a runner needs of the run. */
export interface FaultRunnerOptions {
  /** Events acknowledged so far. */
  readonly acknowledged: () => number;
  /** Applies a fault and takes it back; resolves with what there is to say of it. */
  readonly apply: (fault: PlannedFault) => Promise<string>;
  /** Told of each fault when it is over. */
  readonly onApplied: (fault: AppliedFault) => void;
}

/** A fault that is over. */
export interface AppliedFault {
  readonly fault: PlannedFault;
  /** Milliseconds from the start of the run. */
  readonly beganAtMs: number;
  readonly endedAtMs: number;
  /** What there is to say of it; may be empty. */
  readonly note: string;
}

const pollMs = 20;

/**
 * Applies planned faults, each as soon as enough events are acknowledged and nothing else befalls the same target: faults of
 * different targets overlap. Resolves when all are over; rejects when one cannot be applied or the signal aborts, and not
 * before those under way are over.
 */
export async function runFaults(
  plan: readonly PlannedFault[],
  options: FaultRunnerOptions,
  signal: AbortSignal,
): Promise<void> {
  const failure = new AbortController();
  const either = AbortSignal.any([signal, failure.signal]);
  const applyOne = applier(options);
  const turns = new Map<string, Promise<void>>();
  const all: Promise<void>[] = [];
  const inTurn = async (fault: PlannedFault, before: Promise<void> | undefined): Promise<void> => {
    await before;
    either.throwIfAborted();
    await applyOne(fault);
  };
  try {
    for (const fault of plan) {
      await untilDue(fault, options, either);
      const turn = inTurn(fault, turns.get(targetOf(fault)));
      // What a failed fault left behind may keep the events from ever coming.
      turn.catch((error: unknown) => failure.abort(error));
      turns.set(targetOf(fault), turn);
      all.push(turn);
    }
    await Promise.all(all);
  } finally {
    await Promise.allSettled(all);
  }
}

async function untilDue({ atEvent }: PlannedFault, { acknowledged }: FaultRunnerOptions, signal: AbortSignal) {
  while (acknowledged() < atEvent) {
    // Aborted, the pause would throw an error that does not say why.
    await pause(pollMs, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
}

function applier({ apply, onApplied }: FaultRunnerOptions): (fault: PlannedFault) => Promise<void> {
  const startedAtMs = performance.now();
  const sinceStart = (): number => Math.round(performance.now() - startedAtMs);
  return async (fault) => {
    const beganAtMs = sinceStart();
    const note = await apply(fault);
    onApplied({ fault, beganAtMs, endedAtMs: sinceStart(), note });
  };
}
