import { PartitionLeases } from '@affinity/messaging';
import type { Component, StopOptions } from '@affinity/service-kit';
import { readerName } from './batch-sender';
import { PartitionFeed, type PartitionFeedOptions } from './partition-feed';
import type { SharedQuota } from './shared-quota';

/** What the feed works with. */
export interface PersonalizeFeedOptions {
  readonly feed: Omit<PartitionFeedOptions, 'partition'>;
  readonly partitions: number;
  readonly leaseTtlMs: number;
  readonly streamReplicas: number;
  readonly quota: SharedQuota;
  /** Epoch milliseconds. */
  readonly nowMs: () => number;
}

/** Part of the grace that rounds may take to finish; the rest is for handing the partitions over. */
const drainShare = 0.7;

/** Feeds the partitions whose leases it holds. */
export class PersonalizeFeed implements Component {
  readonly name = readerName;
  private readonly feeds = new Map<number, PartitionFeed>();
  private leases: PartitionLeases | undefined;

  constructor(private readonly options: PersonalizeFeedOptions) {}

  /** Partitions fed now. */
  get activePartitions(): number {
    return this.feeds.size;
  }

  /** Age in milliseconds of the oldest event that was read and not yet sent; 0 when there is none. */
  get lagMs(): number {
    const oldest = [...this.feeds.values()].flatMap(({ oldestUnsentAtMs }) => oldestUnsentAtMs ?? []);
    return oldest.length === 0 ? 0 : Math.max(0, this.options.nowMs() - Math.min(...oldest));
  }

  /** See Component. */
  async start(): Promise<void> {
    const { feed, partitions, leaseTtlMs, streamReplicas } = this.options;
    this.leases = await PartitionLeases.start({
      connection: feed.connection,
      group: readerName,
      memberId: feed.instanceId,
      partitions,
      ttlMs: leaseTtlMs,
      replicas: streamReplicas,
      logger: feed.logger,
      onAcquired: (partition) => this.begin(partition),
      onLeaving: (partition, reason) => this.end(partition, reason),
    });
  }

  /** Finishes what is being sent, as far as the grace allows, and hands the partitions over. */
  async stop({ graceMs }: StopOptions): Promise<void> {
    const cut = setTimeout(() => {
      for (const feed of this.feeds.values()) feed.cut();
    }, graceMs * drainShare);
    await this.leases?.stop();
    clearTimeout(cut);
  }

  private begin(partition: number): void {
    this.feeds.set(partition, new PartitionFeed({ ...this.options.feed, partition }));
    this.options.quota.hold(this.feeds.size);
  }

  private async end(partition: number, reason: 'lost' | 'released'): Promise<void> {
    const feed = this.feeds.get(partition);
    if (reason === 'lost') feed?.cut();
    await feed?.stop();
    this.feeds.delete(partition);
    if (this.feeds.size === 0) this.options.feed.meter.idle();
    this.options.quota.hold(this.feeds.size);
  }
}
