import { isNoLater } from '@affinity/domain';
import type { CheckpointStore } from '@affinity/profile-storage';
import { AffinityError, type Clock } from '@affinity/service-kit';

/** Which generation has to have come how far. */
export interface CatchUpOptions {
  /** Checkpoints of the generation that is waited for, and of the one that is the measure. */
  readonly behind: CheckpointStore;
  readonly ahead: CheckpointStore;
  readonly partitions: number;
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly progress: (line: string) => void;
}

const lookEveryMs = 250;

/**
 * Resolves when a generation has counted, in each partition, all that another had counted at the time of the call. Throws
 * FAILED_PRECONDITION, naming the partitions, when it has not in time.
 */
export async function waitForCatchUp(options: CatchUpOptions): Promise<void> {
  const { behind, ahead, partitions, timeoutMs, clock, progress } = options;
  const all = Array.from({ length: partitions }, (_, partition) => partition);
  const goals = await Promise.all(all.map(async (partition) => ({ partition, goal: await ahead.read(partition) })));
  const deadline = clock.now() + timeoutMs;
  let open = goals;
  let reported = 0;
  for (;;) {
    const reached = await Promise.all(open.map(({ partition }) => behind.read(partition)));
    open = open.filter(({ goal }, i) => {
      const mark = reached[i]?.mark;
      return goal !== undefined && (mark === undefined || !isNoLater(goal.mark, mark));
    });
    if (open.length === 0) return;
    if (clock.now() >= deadline) break;
    if (open.length !== reported) progress(`waiting for ${open.length} partitions to catch up`);
    reported = open.length;
    await clock.sleep(lookEveryMs);
  }
  const names = open.map(({ partition }) => partition).join(', ');
  throw new AffinityError('FAILED_PRECONDITION', `the generation has not caught up in partitions ${names}: try later`);
}
