import type { NatsConnection } from '@nats-io/transport-node';
import { leasesBucket, membersBucket } from '@affinity/contracts';
import { fromUnknown, type Logger } from '@affinity/service-kit';
import { fairShare } from './fair-share';
import { LeaseBucket } from './lease-bucket';

/**
 * Spreads partitions evenly over the replicas of a group, each partition with one replica at a time.
 *
 * L1. A lease is an entry of a key-value bucket that expires `ttlMs` after its last renewal. It is taken by creating the
 *     entry and renewed by compare-and-set, so two replicas never both hold it in the bucket.
 * L2. A replica that could not renew for `ttlMs` by its own monotonic clock, or whose renewal was refused, gives the
 *     partition up. It may still have been late: leases make it fast, the conditions of the store's writes make it correct.
 * L3. A replica with more than its share releases the rest only when `onLeaving` has let go of it.
 * L4. Renewals wait for nothing else: a busy server answers the lists that sharing needs too late for leases to live on.
 * L5. A partition is not taken again before `onLeaving` has let go of it, and what ends a lease touches no later one.
 */
export interface PartitionLeasesOptions {
  readonly connection: NatsConnection;
  /** Replicas of the same group share the partitions. */
  readonly group: string;
  /** This replica; unique. */
  readonly memberId: string;
  readonly partitions: number;
  /** How long a lease lives without renewal, in milliseconds. At least 1000. */
  readonly ttlMs: number;
  readonly replicas: number;
  readonly logger: Logger;
  /** A partition was taken: begin its work. */
  readonly onAcquired: (partition: number) => void;
  /** A partition is lost or to be released: stop its work. Resolves when others may begin theirs. `lost`: without saving. */
  readonly onLeaving: (partition: number, reason: 'lost' | 'released') => Promise<void>;
  /** Monotonic milliseconds. Default: performance.now. */
  readonly nowMs?: () => number;
}

const shortestTimeoutMs = 1_000;

interface HeldLease {
  revision: number;
  renewedAtMs: number;
}

/** The leases that this replica holds. */
export class PartitionLeases {
  private readonly held = new Map<number, HeldLease>();
  /** Partitions whose work is stopping, and when that is over. */
  private readonly leaving = new Map<number, Promise<unknown>>();
  private readonly releasing = new Map<number, Promise<void>>();
  private readonly nowMs: () => number;
  private timer: NodeJS.Timeout | undefined;
  private turn: Promise<void> = Promise.resolve();
  private sharing: Promise<void> | undefined;
  /** Shares again before the next turn. */
  private soon: NodeJS.Timeout | undefined;
  private stopped = false;
  /** The revision of this replica's entry among the members. */
  private membership = 0;

  private constructor(
    private readonly options: PartitionLeasesOptions,
    private readonly leases: LeaseBucket,
    private readonly members: LeaseBucket,
  ) {
    this.nowMs = options.nowMs ?? (() => performance.now());
  }

  /** Joins the group and begins to take leases. */
  static async start(options: PartitionLeasesOptions): Promise<PartitionLeases> {
    // Of a request that a lost connection swallowed no answer comes: a longer wait would outlast the lease.
    const timeoutMs = Math.max(options.ttlMs / 2, shortestTimeoutMs);
    const open = (bucket: string): Promise<LeaseBucket> =>
      LeaseBucket.open(options.connection, { ...options, name: `${bucket}-${options.group}`, timeoutMs });
    const [leases, members] = [await open(leasesBucket), await open(membersBucket)];
    const started = new PartitionLeases(options, leases, members);
    await started.takeTurn();
    await started.sharing;
    started.schedule();
    return started;
  }

  /** The partitions held now. */
  get partitions(): readonly number[] {
    return [...this.held.keys()];
  }

  /** Stops each partition's work, then releases its lease and leaves the group, so that others take over at once. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    clearTimeout(this.soon);
    await this.turn;
    await this.sharing;
    await this.members.remove(this.options.memberId, this.membership).catch(ignore);
    await Promise.all(this.partitions.map((partition) => this.release(partition)));
  }

  private schedule(): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      this.turn = this.takeTurn().finally(() => this.schedule());
    }, this.options.ttlMs / 4);
  }

  private async takeTurn(): Promise<void> {
    try {
      await Promise.all([this.renewMembership(), this.renewAll()]);
      this.sharing ??= this.share();
    } catch (error) {
      this.options.logger.warn({ err: fromUnknown(error) }, 'leases could not be renewed');
      this.giveUpExpired();
    }
  }

  private async renewMembership(): Promise<void> {
    this.membership = await this.members.put(this.options.memberId, '');
  }

  /** One at a time. Never rejects. While others are about to let go of what is due to this replica, it looks again soon. */
  private async share(): Promise<void> {
    let lacking = 0;
    try {
      lacking = await this.rebalance(); // L4
    } catch (error) {
      this.options.logger.warn({ err: fromUnknown(error) }, 'partitions could not be shared');
    } finally {
      this.sharing = undefined;
    }
    if (lacking === 0 || this.stopped) return;
    clearTimeout(this.soon);
    this.soon = setTimeout(() => {
      this.sharing ??= this.share();
    }, this.options.ttlMs / 16);
  }

  private async renewAll(): Promise<void> {
    await Promise.all([...this.held].map(([partition, lease]) => this.renew(partition, lease)));
    this.giveUpExpired();
  }

  private async renew(partition: number, lease: HeldLease): Promise<void> {
    const sentAtMs = this.nowMs();
    try {
      const revision = await this.leases.update(keyOf(partition), this.options.memberId, lease.revision);
      if (revision !== undefined) Object.assign(lease, { revision, renewedAtMs: sentAtMs });
      else if (this.held.get(partition) === lease) this.lose(partition); // L5
    } catch {
      // Unheard: the next turn tries again, until the lease has expired.
    }
  }

  private giveUpExpired(): void {
    const now = this.nowMs();
    for (const [partition, lease] of this.held) {
      if (now - lease.renewedAtMs >= this.options.ttlMs) this.lose(partition); // L2
    }
  }

  private lose(partition: number): void {
    if (!this.held.delete(partition)) return;
    this.options.logger.warn({ partition }, 'lease lost');
    this.leave(partition, 'lost').catch(ignore);
  }

  /** A lease may be lost while it is being released: the partition is free for this replica when both have ended (L5). */
  private leave(partition: number, reason: 'lost' | 'released'): Promise<void> {
    const ended = this.options.onLeaving(partition, reason);
    const allEnded: Promise<unknown> = Promise.allSettled([this.leaving.get(partition), ended]).then(() => {
      if (this.leaving.get(partition) === allEnded) this.leaving.delete(partition);
    });
    this.leaving.set(partition, allEnded);
    return ended;
  }

  /** Resolves with how many partitions are due to this replica and not free yet. */
  private async rebalance(): Promise<number> {
    const { memberId, partitions } = this.options;
    const { count, startsAt } = fairShare({ members: await this.members.keys(), memberId, partitions });
    const staying = this.partitions.filter((partition) => !this.releasing.has(partition));
    // Not awaited: saving may take longer than a lease lives, and all leases have to be renewed meanwhile.
    for (const partition of staying.slice(count)) this.release(partition).catch(ignore);
    return staying.length < count ? this.acquire(count - staying.length, startsAt) : 0;
  }

  private release(partition: number): Promise<void> {
    const underWay = this.releasing.get(partition);
    if (underWay !== undefined) return underWay;
    const releasing = this.handOver(partition).finally(() => this.releasing.delete(partition));
    this.releasing.set(partition, releasing);
    return releasing;
  }

  private async handOver(partition: number): Promise<void> {
    const lease = this.held.get(partition);
    await this.leave(partition, 'released'); // L3
    await this.turn; // A renewal under way would change the revision that is deleted.
    if (lease === undefined || this.held.get(partition) !== lease) return; // L5
    this.held.delete(partition);
    await this.leases.remove(keyOf(partition), lease.revision).catch(ignore);
  }

  /** Takes free partitions until it has as many as wanted, or none is left. Resolves with how many are still wanted. */
  private async acquire(wanted: number, startsAt: number): Promise<number> {
    const taken = new Set(await this.leases.keys());
    const free = Array.from({ length: this.options.partitions }, (_, partition) => partition).filter(
      (partition) => !taken.has(keyOf(partition)) && !this.leaving.has(partition),
    );
    const first = Math.floor(startsAt * free.length);
    const inTurn = [...free.slice(first), ...free.slice(0, first)];
    let lacking = wanted;
    while (lacking > 0 && inTurn.length > 0) {
      const acquired = await Promise.all(inTurn.splice(0, lacking).map((partition) => this.tryAcquire(partition)));
      lacking -= acquired.filter(Boolean).length;
    }
    return lacking;
  }

  /** Returns false when another replica was faster. */
  private async tryAcquire(partition: number): Promise<boolean> {
    const sentAtMs = this.nowMs();
    const revision = await this.leases.create(keyOf(partition), this.options.memberId);
    if (revision === undefined) return false;
    this.held.set(partition, { revision, renewedAtMs: sentAtMs });
    this.options.onAcquired(partition);
    return true;
  }
}

function keyOf(partition: number): string {
  return `p${partition}`;
}

function ignore(): void {
  // The lease or the member entry expires by itself; a release that failed is tried again in the next turn.
}
