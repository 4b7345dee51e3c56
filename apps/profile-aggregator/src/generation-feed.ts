import {
  changesSubject,
  encodeWatermark,
  type ProfileChange,
  ProfileChanges,
  watermarkRequestSubject,
  watermarkSubject,
} from '@affinity/contracts';
import type { Mark } from '@affinity/domain';
import { toCachedTile } from '@affinity/hot-cache';
import type { OpenTile, UserFlush } from '@affinity/profile-storage';
import type { Subscription } from '@nats-io/transport-node';
import { announcements } from './announcements';
import { PartitionWorker, type PartitionWorkerOptions } from './partition-worker';

/** Keeps cached profiles as the store has them. Never throws: a cache that is away is left to its expiry. */
export interface ProfileRefresher {
  refresh(flush: UserFlush): Promise<void>;
  /** Removes an erased profile. */
  remove(profileKey: string): Promise<void>;
}

/** What one generation is fed with. */
export interface GenerationFeedOptions {
  readonly generation: number;
  /** With the stores, the checkpoints and the schema of the generation. */
  readonly worker: Omit<PartitionWorkerOptions, 'partition' | 'onFlushed' | 'onErased'>;
  /** Of the caches of the generation. */
  readonly refresher: ProfileRefresher;
}

/**
 * Keeps one generation of tiles up to date in the partitions that it is given, and tells that generation's readers how far
 * each has got.
 */
export class GenerationFeed {
  private readonly workers = new Map<number, PartitionWorker>();
  private readonly watermarks = new Map<number, Mark>();
  private readonly answering = new Map<number, Subscription>();

  constructor(private readonly options: GenerationFeedOptions) {}

  /** Messages that are not folded yet, over the partitions that are worked on. */
  get lag(): number {
    return [...this.workers.values()].reduce((sum, worker) => sum + worker.lag, 0);
  }

  /** Begins to work on a partition. */
  begin(partition: number): void {
    const { worker } = this.options;
    const onFlushed = (flush: UserFlush): Promise<void> => this.announce(flush);
    const onErased = (profileKey: string): Promise<void> => this.forget(partition, profileKey);
    this.workers.set(partition, new PartitionWorker({ ...worker, partition, onFlushed, onErased }));
    this.answering.set(partition, this.answerWatermark(partition));
  }

  /** Stops working on a partition; saves what was read unless told not to. Resolves when nothing goes on any more. */
  async end(partition: number, options: { readonly save: boolean }): Promise<void> {
    const worker = this.workers.get(partition);
    this.workers.delete(partition);
    await worker?.stop(options);
    this.answering.get(partition)?.unsubscribe();
    this.answering.delete(partition);
    this.watermarks.delete(partition);
  }

  private async forget(partition: number, profileKey: string): Promise<void> {
    const { generation, refresher, worker } = this.options;
    await refresher.remove(profileKey);
    const changes = [{ profileKey, change: { $case: 'erased' as const, value: {} } }];
    const subject = changesSubject({ generation, partition });
    worker.connection.publish(subject, ProfileChanges.encode({ changes }).finish());
  }

  private async announce(flush: UserFlush): Promise<void> {
    const { generation, refresher, worker } = this.options;
    const { partition, watermark } = flush;
    await refresher.refresh(flush);
    this.watermarks.set(partition, watermark);
    const changes = flush.tiles.flatMap(changeOf);
    for (const body of announcements(changes))
      worker.connection.publish(changesSubject({ generation, partition }), body);
    worker.connection.publish(watermarkSubject({ generation, partition }), encodeWatermark(watermark));
  }

  private answerWatermark(partition: number): Subscription {
    const { generation, worker } = this.options;
    return worker.connection.subscribe(watermarkRequestSubject({ generation, partition }), {
      callback: (error, message) => {
        const watermark = this.watermarks.get(partition);
        if (error === null && watermark !== undefined) message.respond(encodeWatermark(watermark));
      },
    });
  }
}

function changeOf({ key, mark, content: tile }: OpenTile): ProfileChange[] {
  if (key.owner.kind !== 'user') return [];
  const value = toCachedTile({ day: key.day, region: key.region, mark, tile });
  return [{ profileKey: key.owner.profileKey, change: { $case: 'tile', value } }];
}
