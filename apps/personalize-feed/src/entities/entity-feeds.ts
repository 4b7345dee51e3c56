import { PartitionLeases } from '@affinity/messaging';
import type { EntityKind } from '@affinity/personalize';
import type { Component, Logger } from '@affinity/service-kit';
import type { NatsConnection } from '@nats-io/transport-node';
import { EntityFeed, type EntityFeedOptions } from './entity-feed';
import { entityKinds, entityReaderName } from './entity-letters';
import type { EntityMeter } from './entity-meter';

/** What the feeds of items and users work with. */
export interface EntityFeedsOptions {
  /** What there is to feed; a kind without options is not fed. */
  readonly kinds: Readonly<Partial<Record<EntityKind, EntityFeedOptions>>>;
  readonly meter: Pick<EntityMeter, 'idle'>;
  readonly connection: NatsConnection;
  readonly instanceId: string;
  readonly leaseTtlMs: number;
  readonly streamReplicas: number;
  readonly logger: Logger;
  /** Epoch milliseconds. */
  readonly nowMs: () => number;
}

/** Feeds items and users, each in one replica at a time: so the quota of ten calls a second is that replica's alone. */
export class EntityFeeds implements Component {
  readonly name = 'entity-feeds';
  private readonly feeds = new Map<EntityKind, EntityFeed>();
  private leases: PartitionLeases | undefined;

  constructor(private readonly options: EntityFeedsOptions) {}

  /** Age in milliseconds of the oldest change that this replica met and has not yet sent; 0 when there is none. */
  lagMs(kind: EntityKind): number {
    const oldest = this.feeds.get(kind)?.oldestUnsentAtMs;
    return oldest === undefined ? 0 : Math.max(0, this.options.nowMs() - oldest);
  }

  /** See Component. */
  async start(): Promise<void> {
    const { connection, instanceId, leaseTtlMs, streamReplicas, logger } = this.options;
    this.leases = await PartitionLeases.start({
      connection,
      group: entityReaderName,
      memberId: instanceId,
      partitions: entityKinds.length,
      ttlMs: leaseTtlMs,
      replicas: streamReplicas,
      logger,
      onAcquired: (partition) => this.begin(entityKinds[partition]),
      onLeaving: (partition) => this.end(entityKinds[partition]),
    });
  }

  /** See Component. */
  async stop(): Promise<void> {
    await this.leases?.stop();
  }

  private begin(kind: EntityKind | undefined): void {
    const options = kind && this.options.kinds[kind];
    if (kind !== undefined && options !== undefined) this.feeds.set(kind, new EntityFeed(options));
  }

  private async end(kind: EntityKind | undefined): Promise<void> {
    const feed = kind && this.feeds.get(kind);
    if (kind === undefined || feed === undefined) return;
    await feed.stop();
    this.feeds.delete(kind);
    this.options.meter.idle(kind);
  }
}
