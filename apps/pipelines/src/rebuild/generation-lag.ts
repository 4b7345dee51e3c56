import { isNoLater, type Mark } from '@affinity/domain';
import type { CheckpointStore } from '@affinity/profile-storage';
import { AffinityError, type Clock } from '@affinity/service-kit';

/** Two generations whose checkpoints are compared. */
export interface GenerationPair {
  /** Checkpoints of the generation that is waited for, and of the one that is the measure. */
  readonly behind: CheckpointStore;
  readonly ahead: CheckpointStore;
  readonly partitions: number;
}

/** Which generation has to have come how far, and how long that may take. */
export interface CatchUpOptions extends GenerationPair {
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly progress: (line: string) => void;
}

/** What a generation has to have counted in a partition; undefined where the other has counted nothing. */
interface Goal {
  readonly partition: number;
  readonly mark: Mark | undefined;
}

const lookEveryMs = 250;

/** The partitions in which a generation has not counted yet all that the other has. */
export async function partitionsBehind(pair: GenerationPair): Promise<readonly number[]> {
  return (await unreached(pair.behind, await goalsOf(pair))).map(({ partition }) => partition);
}

/**
 * Resolves when a generation has counted, in each partition, all that another had counted at the time of the call. Throws
 * FAILED_PRECONDITION, naming the partitions, when it has not in time.
 */
export async function waitForCatchUp(options: CatchUpOptions): Promise<void> {
  const { behind, timeoutMs, clock, progress } = options;
  const deadline = clock.now() + timeoutMs;
  let open = await goalsOf(options);
  let reported = 0;
  for (;;) {
    open = await unreached(behind, open);
    if (open.length === 0) return;
    if (clock.now() >= deadline) break;
    if (open.length !== reported) progress(`waiting for ${open.length} partitions to catch up`);
    reported = open.length;
    await clock.sleep(lookEveryMs);
  }
  const names = open.map(({ partition }) => partition).join(', ');
  throw new AffinityError('FAILED_PRECONDITION', `the generation has not caught up in partitions ${names}: try later`);
}

function goalsOf({ ahead, partitions }: GenerationPair): Promise<readonly Goal[]> {
  const all = Array.from({ length: partitions }, (_, partition) => partition);
  return Promise.all(all.map(async (partition) => ({ partition, mark: (await ahead.read(partition))?.mark })));
}

async function unreached(behind: CheckpointStore, goals: readonly Goal[]): Promise<readonly Goal[]> {
  const reached = await Promise.all(goals.map(({ partition }) => behind.read(partition)));
  return goals.filter(({ mark: goal }, i) => {
    const mark = reached[i]?.mark;
    return goal !== undefined && (mark === undefined || !isNoLater(goal, mark));
  });
}
