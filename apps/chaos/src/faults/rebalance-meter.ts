import { until } from '@affinity/testing';
import type { Replica } from '../system/replica';

/** Why partitions or shards move: a replica came, left in order, was killed, or hangs. */
export const rebalanceCauses = ['join', 'leave', 'kill', 'hang'] as const;

/** One of {@link rebalanceCauses}. */
export type RebalanceCause = (typeof rebalanceCauses)[number];

/**
 * What another fault does to a move that is under way: it takes what leases need (NATS, the way to it, another replica), or the
 * store, which only a hand-over needs: a replica saves before it lets go.
 */
export type Disturbance = 'leases' | 'store';

/** How long a move took. */
export interface Rebalance {
  readonly cause: RebalanceCause;
  /**
   * Milliseconds until the running replicas shared all parts evenly, from the cause, or from the end of the last other fault
   * that such a move cannot outrun (0: still in force); undefined: longer than was waited for.
   */
  readonly tookMs: number | undefined;
  /** Milliseconds from the cause itself, whatever else happened. */
  readonly sinceCauseMs: number;
}

/** A replica whose share can be asked for. */
export type MeasuredReplica = Pick<Replica, 'isRunning' | 'parts'>;

/** What a meter may be told. */
export interface RebalanceMeterOptions {
  /** Ends what is being measured, unmeasured. */
  readonly signal: AbortSignal;
  /** Milliseconds after which it gives up. Default: 60,000. */
  readonly longestWaitMs?: number;
  /** Monotonic milliseconds. Default: performance.now. */
  readonly nowMs?: () => number;
}

const defaultLongestWaitMs = 60_000;

/** Measures how long the running replicas take until they share all partitions, or shards, evenly. */
export class RebalanceMeter {
  /** Everything measured so far. */
  readonly measured: Rebalance[] = [];
  private readonly disturbedAtMs: Record<Disturbance, number> = { leases: -Infinity, store: -Infinity };
  private readonly inForce: Record<Disturbance, number> = { leases: 0, store: 0 };
  private readonly nowMs: () => number;
  /** How many parts each replica had at the last look; undefined of one that is away. */
  private shares: readonly (number | undefined)[] = [];

  constructor(
    private readonly replicas: readonly MeasuredReplica[],
    private readonly parts: number,
    private readonly options: RebalanceMeterOptions,
  ) {
    this.nowMs = options.nowMs ?? (() => performance.now());
  }

  /** Tells that a fault begins which moves cannot outrun; what is measured is measured from when the given function is called. */
  disturb(what: Disturbance): () => void {
    this.inForce[what] += 1;
    return () => {
      this.inForce[what] -= 1;
      this.disturbedAtMs[what] = this.nowMs();
    };
  }

  /** Resolves when all is shared evenly, with how long that took, in words; gives up after a minute or when the run ends. */
  async measure(cause: RebalanceCause): Promise<string> {
    const { signal, longestWaitMs = defaultLongestWaitMs } = this.options;
    this.disturb('leases')();
    const beganAtMs = this.disturbedAtMs.leases;
    const even = async (): Promise<boolean> => signal.aborted || (await this.isEven());
    const isDone = await until(even, longestWaitMs, 'the replicas to share evenly').catch(() => false);
    if (signal.aborted) return 'not before the run ended';
    const now = this.nowMs();
    const sinceCauseMs = Math.round(now - beganAtMs);
    const tookMs = isDone ? Math.round(now - Math.max(beganAtMs, this.lastDisturbedAtMs(cause, now))) : undefined;
    this.measured.push({ cause, tookMs, sinceCauseMs });
    return isDone
      ? inWords({ cause, tookMs, sinceCauseMs })
      : `not within ${secondsText(sinceCauseMs)}: ${this.sharesText()}`;
  }

  private lastDisturbedAtMs(cause: RebalanceCause, now: number): number {
    const handsOver = cause === 'join' || cause === 'leave';
    const lastOf = (what: Disturbance): number => (this.inForce[what] > 0 ? now : this.disturbedAtMs[what]);
    return Math.max(lastOf('leases'), handsOver ? lastOf('store') : -Infinity);
  }

  private async isEven(): Promise<boolean> {
    this.shares = await Promise.all(
      this.replicas.map((replica) => (replica.isRunning ? replica.parts() : Promise.resolve(undefined))),
    );
    const counts = this.shares.filter((count) => count !== undefined);
    const sum = counts.reduce((total, count) => total + count, 0);
    return sum === this.parts && Math.min(...counts) >= Math.floor(this.parts / counts.length);
  }

  private sharesText(): string {
    const shares = this.shares.map((count, i) => `${i} has ${count ?? 'gone'}`);
    return `of ${this.parts}, ${shares.join(', ')}`;
  }
}

function inWords({ tookMs = NaN, sinceCauseMs }: Rebalance): string {
  return tookMs === sinceCauseMs
    ? `after ${secondsText(tookMs)}`
    : `after ${secondsText(sinceCauseMs)}, ${secondsText(tookMs)} past another fault`;
}

function secondsText(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
