import { until } from '@affinity/testing';
import type { Replica } from '../system/replica';

/** Why partitions or shards move. */
export type RebalanceCause = 'leave' | 'hang' | 'join';

/** How long a move took in milliseconds; undefined: longer than was waited for, most likely because of another fault. */
export interface Rebalance {
  readonly cause: RebalanceCause;
  readonly tookMs: number | undefined;
}

const longestWaitMs = 30_000;

/** Measures how long the running replicas take until they share all partitions, or shards, evenly. */
export class RebalanceMeter {
  /** Everything measured so far. */
  readonly measured: Rebalance[] = [];

  constructor(
    private readonly replicas: readonly Replica[],
    private readonly parts: number,
    private readonly signal: AbortSignal,
  ) {}

  /** Resolves when all is shared evenly, with how long that took, in words; gives up after 30 s or when the run ends. */
  async measure(cause: RebalanceCause): Promise<string> {
    const startedAtMs = performance.now();
    try {
      await until(
        async () => this.signal.aborted || (await this.isEven()),
        longestWaitMs,
        'the replicas to share evenly',
      );
    } catch {
      this.measured.push({ cause, tookMs: undefined });
      return `not within ${longestWaitMs / 1_000} s`;
    }
    const tookMs = Math.round(performance.now() - startedAtMs);
    this.measured.push({ cause, tookMs });
    return `after ${(tookMs / 1_000).toFixed(1)} s`;
  }

  private async isEven(): Promise<boolean> {
    const running = this.replicas.filter(({ isRunning }) => isRunning);
    const counts = await Promise.all(running.map((replica) => replica.parts()));
    const sum = counts.reduce((total, count) => total + count, 0);
    return sum === this.parts && Math.min(...counts) >= Math.floor(this.parts / running.length);
  }
}
