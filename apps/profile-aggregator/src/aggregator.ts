import { PartitionLeases } from '@affinity/messaging';
import type { Component, Logger } from '@affinity/service-kit';
import type { NatsConnection } from '@nats-io/transport-node';
import type { GenerationFeed } from './generation-feed';
import { readerName } from './partition-worker';

/** What the aggregator works with. */
export interface AggregatorOptions {
  readonly connection: NatsConnection;
  readonly logger: Logger;
  /** A name that no other process bears. */
  readonly instanceId: string;
  readonly partitions: number;
  readonly leaseTtlMs: number;
  readonly streamReplicas: number;
  /** What feeds a generation; asked for once for each time that it is followed. */
  readonly openFeed: (generation: number) => GenerationFeed;
}

/**
 * Works on the partitions whose leases it holds, in each generation that is to be fed.
 *
 * A1. A partition has one lease, whatever the number of generations: whoever holds it feeds all of them.
 * A2. Each generation has its own session and checkpoint in a partition; they go at their own paces, and none waits for another.
 */
export class Aggregator implements Component {
  readonly name = readerName;
  private readonly held = new Set<number>();
  private readonly feeds = new Map<number, GenerationFeed>();
  private leases: PartitionLeases | undefined;

  constructor(private readonly options: AggregatorOptions) {}

  /** Whether this replica works on a partition. */
  worksOn(partition: number): boolean {
    return this.held.has(partition);
  }

  /** Partitions worked on now. */
  get activePartitions(): number {
    return this.held.size;
  }

  /** Messages that wait in the partitions that this replica works on, for each generation that it feeds. */
  get lag(): ReadonlyMap<number, number> {
    return new Map([...this.feeds].map(([generation, feed]) => [generation, feed.lag] as const));
  }

  /** Feeds exactly these generations from now on; what a generation that is left has read is saved first. */
  async follow(generations: readonly number[]): Promise<void> {
    for (const generation of generations) {
      if (this.feeds.has(generation)) continue;
      const feed = this.options.openFeed(generation);
      this.feeds.set(generation, feed);
      for (const partition of this.held) feed.begin(partition);
    }
    const left = [...this.feeds].filter(([generation]) => !generations.includes(generation));
    for (const [generation, feed] of left) {
      this.feeds.delete(generation);
      await Promise.all([...this.held].map((partition) => feed.end(partition, { save: true })));
    }
  }

  /** See Component. */
  async start(): Promise<void> {
    const { connection, logger, instanceId, partitions, leaseTtlMs, streamReplicas } = this.options;
    this.leases = await PartitionLeases.start({
      connection,
      group: readerName,
      memberId: instanceId,
      partitions,
      ttlMs: leaseTtlMs,
      replicas: streamReplicas,
      logger,
      onAcquired: (partition) => this.begin(partition),
      onLeaving: (partition, reason) => this.end(partition, { save: reason === 'released' }),
    });
  }

  /** Saves every partition and hands it over. */
  async stop(): Promise<void> {
    await this.leases?.stop();
  }

  private begin(partition: number): void {
    this.held.add(partition);
    for (const feed of this.feeds.values()) feed.begin(partition); // A1
  }

  private async end(partition: number, options: { readonly save: boolean }): Promise<void> {
    this.held.delete(partition);
    await Promise.all([...this.feeds.values()].map((feed) => feed.end(partition, options)));
  }
}
