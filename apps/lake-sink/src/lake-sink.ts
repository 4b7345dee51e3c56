import { PartitionLeases } from '@affinity/messaging';
import type { Component, StopOptions } from '@affinity/service-kit';
import { readerName, ShardWorker, type ShardWorkerOptions } from './shard-worker';
import type { SinkBacklog } from './sink-meter';

/** What the sink works with. */
export interface LakeSinkOptions {
  readonly worker: Omit<ShardWorkerOptions, 'shard'>;
  readonly leaseTtlMs: number;
  readonly streamReplicas: number;
}

/** What is kept of a stop's grace for letting the leases go. */
const releaseMs = 1_000;

/** Works on the shards whose leases it holds. */
export class LakeSink implements Component, SinkBacklog {
  readonly name = readerName;
  private readonly workers = new Map<number, ShardWorker>();
  private leases: PartitionLeases | undefined;

  constructor(private readonly options: LakeSinkOptions) {}

  /** See SinkBacklog. */
  get activeShards(): number {
    return this.workers.size;
  }

  /** See SinkBacklog. */
  get bufferedBytes(): number {
    let bytes = 0;
    for (const worker of this.workers.values()) bytes += worker.bufferedBytes;
    return bytes;
  }

  /** See SinkBacklog. */
  get oldestBufferedNs(): bigint | undefined {
    let oldest: bigint | undefined;
    for (const { oldestBufferedNs: own } of this.workers.values()) {
      if (own !== undefined && (oldest === undefined || own < oldest)) oldest = own;
    }
    return oldest;
  }

  /** See Component. */
  async start(): Promise<void> {
    const { worker, leaseTtlMs, streamReplicas } = this.options;
    this.leases = await PartitionLeases.start({
      connection: worker.connection,
      group: leaseGroup(worker.prefix),
      memberId: worker.instanceId,
      partitions: worker.layout.shards,
      ttlMs: leaseTtlMs,
      replicas: streamReplicas,
      logger: worker.logger,
      onAcquired: (shard) => void this.workers.set(shard, new ShardWorker({ ...worker, shard })),
      onLeaving: (shard, reason) => this.leave(shard, { save: reason === 'released' }),
    });
  }

  /** Stores what was read and hands the shards over; what cannot be stored within the grace is left to the next reader. */
  async stop({ graceMs }: StopOptions): Promise<void> {
    const cut = setTimeout(() => this.cut(), Math.max(0, graceMs - releaseMs));
    try {
      await this.leases?.stop();
    } finally {
      clearTimeout(cut);
    }
  }

  private async leave(shard: number, how: { readonly save: boolean }): Promise<void> {
    await this.workers.get(shard)?.stop(how);
    this.workers.delete(shard);
  }

  private cut(): void {
    this.options.worker.logger.warn({ bytes: this.bufferedBytes }, 'stopping before everything is stored');
    for (const worker of this.workers.values()) worker.cut();
  }
}

/** Replicas of one data set share its shards; two data sets may be written from one stream. The bucket's name has no slash. */
function leaseGroup(prefix: string): string {
  return `${readerName}-${prefix.replaceAll('-', '--').replaceAll('/', '-')}`;
}
