import {
  changesSubject,
  encodeWatermark,
  type ProfileChange,
  ProfileChanges,
  watermarkRequestSubject,
  watermarkSubject,
} from '@affinity/contracts';
import type { Mark } from '@affinity/domain';
import { PartitionLeases } from '@affinity/messaging';
import type { Component } from '@affinity/service-kit';
import type { NatsConnection, Subscription } from '@nats-io/transport-node';
import { toCachedTile } from '@affinity/hot-cache';
import type { OpenTile } from './open-tile';
import type { UserFlush } from './partition-session';
import { PartitionWorker, readerName, type PartitionWorkerOptions } from './partition-worker';

/** Keeps cached profiles as the store has them. Never throws: a cache that is away is left to its expiry. */
export interface ProfileRefresher {
  refresh(flush: UserFlush): Promise<void>;
  /** Removes an erased profile. */
  remove(profileKey: string): Promise<void>;
}

/** What the aggregator works with. */
export interface AggregatorOptions {
  readonly worker: Omit<PartitionWorkerOptions, 'partition' | 'onFlushed' | 'onErased'>;
  readonly partitions: number;
  readonly leaseTtlMs: number;
  readonly streamReplicas: number;
  readonly refresher: ProfileRefresher;
}

/** Works on the partitions whose leases it holds, and tells readers how far each has got. */
export class Aggregator implements Component {
  readonly name = readerName;
  private readonly workers = new Map<number, PartitionWorker>();
  private readonly watermarks = new Map<number, Mark>();
  private readonly answering = new Map<number, Subscription>();
  private leases: PartitionLeases | undefined;

  constructor(private readonly options: AggregatorOptions) {}

  /** Whether this replica works on a partition. */
  worksOn(partition: number): boolean {
    return this.workers.has(partition);
  }

  /** Partitions worked on now. */
  get activePartitions(): number {
    return this.workers.size;
  }

  /** See Component. */
  async start(): Promise<void> {
    const { worker, partitions, leaseTtlMs, streamReplicas } = this.options;
    this.leases = await PartitionLeases.start({
      connection: worker.connection,
      group: readerName,
      memberId: worker.instanceId,
      partitions,
      ttlMs: leaseTtlMs,
      replicas: streamReplicas,
      logger: worker.logger,
      onAcquired: (partition) => this.begin(partition),
      onLeaving: (partition, reason) => this.end(partition, { save: reason === 'released' }),
    });
  }

  /** Saves every partition and hands it over. */
  async stop(): Promise<void> {
    await this.leases?.stop();
  }

  private begin(partition: number): void {
    const { worker } = this.options;
    const onFlushed = (flush: UserFlush): Promise<void> => this.announce(flush);
    const onErased = (profileKey: string): Promise<void> => this.forget(partition, profileKey);
    this.workers.set(partition, new PartitionWorker({ ...worker, partition, onFlushed, onErased }));
    this.answering.set(
      partition,
      answerWatermark(worker.connection, partition, () => this.watermarks.get(partition)),
    );
  }

  private async end(partition: number, { save }: { readonly save: boolean }): Promise<void> {
    const worker = this.workers.get(partition);
    this.workers.delete(partition);
    await worker?.stop({ save });
    this.answering.get(partition)?.unsubscribe();
    this.answering.delete(partition);
    this.watermarks.delete(partition);
  }

  private async forget(partition: number, profileKey: string): Promise<void> {
    await this.options.refresher.remove(profileKey);
    const changes = [{ profileKey, change: { $case: 'erased' as const, value: {} } }];
    this.options.worker.connection.publish(changesSubject(partition), ProfileChanges.encode({ changes }).finish());
  }

  private announceChanges({ partition, tiles }: UserFlush): void {
    const changes = tiles.flatMap(changeOf);
    for (const body of announcements(changes)) this.options.worker.connection.publish(changesSubject(partition), body);
  }

  private async announce(flush: UserFlush): Promise<void> {
    await this.options.refresher.refresh(flush);
    this.watermarks.set(flush.partition, flush.watermark);
    this.announceChanges(flush);
    this.options.worker.connection.publish(watermarkSubject(flush.partition), encodeWatermark(flush.watermark));
  }
}

function changeOf({ key, mark, content: tile }: OpenTile): ProfileChange[] {
  if (key.owner.kind !== 'user') return [];
  const value = toCachedTile({ day: key.day, region: key.region, mark, tile });
  return [{ profileKey: key.owner.profileKey, change: { $case: 'tile', value } }];
}

/** Bytes of changes in one announcement, about: well below what a NATS server takes. */
const maxAnnouncementBytes = 256_000;

/**
 * Puts changes together into announcements of a bounded size; a larger change goes alone. Encoded messages are joined by
 * writing them one after the other. Source: protobuf.dev, Encoding, "Last One Wins".
 */
function* announcements(changes: readonly ProfileChange[]): Generator<Uint8Array> {
  let batch: Uint8Array[] = [];
  let bytes = 0;
  for (const change of changes) {
    const encoded = ProfileChanges.encode({ changes: [change] }).finish();
    if (batch.length > 0 && bytes + encoded.length > maxAnnouncementBytes) {
      yield Buffer.concat(batch);
      batch = [];
      bytes = 0;
    }
    batch.push(encoded);
    bytes += encoded.length;
  }
  if (batch.length > 0) yield Buffer.concat(batch);
}

function answerWatermark(connection: NatsConnection, partition: number, current: () => Mark | undefined): Subscription {
  return connection.subscribe(watermarkRequestSubject(partition), {
    callback: (error, message) => {
      const watermark = current();
      if (error === null && watermark !== undefined) message.respond(encodeWatermark(watermark));
    },
  });
}
