import { partitionFilter } from '@affinity/contracts';
import { advanceWhileIdle, PartitionReader, type StreamLookup, type StreamMessage } from '@affinity/messaging';
import type { CheckpointStore } from '@affinity/profile-storage';
import { type AffinityError, fromUnknown, type Logger, type Semaphore } from '@affinity/service-kit';
import type { NatsConnection } from '@nats-io/transport-node';
import { setTimeout as delay } from 'node:timers/promises';
import type { BatchSender } from './batch-sender';
import { CheckpointKeeper } from './checkpoint-keeper';
import type { FeedMeter } from './feed-meter';
import { decodeRecord } from './record-decoding';
import { type FedBatch, type FedEvent, visitorBatches } from './visitor-batches';

/** What a partition's feed works with. */
export interface PartitionFeedOptions {
  readonly partition: number;
  readonly connection: NatsConnection;
  readonly lookup: StreamLookup;
  readonly checkpoints: CheckpointStore;
  readonly sender: BatchSender;
  readonly meter: FeedMeter;
  /** Visitors whose events are sent at a time, over all partitions. */
  readonly slots: Semaphore;
  /** Attributes that are kept first when not all fit. */
  readonly firstAttributes: readonly string[];
  readonly roundSize: number;
  /** Milliseconds between writes of the checkpoint. */
  readonly checkpointMs: number;
  /** Milliseconds between looks whether the checkpoint of an idle partition may move on. */
  readonly idleCheckpointMs: number;
  /** A name that no other process bears. */
  readonly instanceId: string;
  readonly logger: Logger;
  /** The feed cannot go on and must not: an operator has to look. */
  readonly onFatal: (error: AffinityError) => void;
}

const restartPauseMs = 100;
const nanosecondsPerMillisecond = 1_000_000n;

/**
 * Feeds one partition for as long as its lease is held, round after round, in stream order.
 *
 * F1 A round is over when each of its events was taken by Personalize or is a dead letter; only then the next begins.
 * F2 The checkpoint moves only past rounds that are over. So a crash loses nothing, and what it makes us send again,
 *    Personalize recognises by the event id.
 * F3 With no round under way it also moves past messages of other partitions, so that a partition without events holds
 *    back no purge of the stream.
 * F4 Within a round the events of a visitor are sent in order, one call after the other; visitors do not wait for each other.
 *
 * States: running -> stopping (finishes the round, saves) -> stopped; running or stopping -> stopped when cut.
 */
export class PartitionFeed {
  private readonly intake = new AbortController();
  private readonly work = new AbortController();
  private readonly done: Promise<void>;
  private sessions = 0;
  private round: readonly StreamMessage[] = [];

  constructor(private readonly options: PartitionFeedOptions) {
    this.done = this.run();
  }

  /** When the oldest event that was read and not yet sent was stored, in epoch milliseconds. */
  get oldestUnsentAtMs(): number | undefined {
    const position = this.round[0]?.position;
    return position === undefined ? undefined : Number(position.timestampNs / nanosecondsPerMillisecond);
  }

  /** Reads no more, finishes the round and saves the checkpoint. */
  async stop(): Promise<void> {
    this.intake.abort();
    await this.done;
  }

  /** Ends at once; what was under way will be sent again by whoever comes next. */
  cut(): void {
    this.intake.abort();
    this.work.abort();
  }

  private async run(): Promise<void> {
    const { logger, partition, onFatal } = this.options;
    while (!this.intake.signal.aborted) {
      try {
        await this.live();
      } catch (thrown) {
        const error = fromUnknown(thrown);
        if (this.work.signal.aborted) return;
        if (error.code === 'DATA_LOSS') {
          onFatal(error);
          return;
        }
        logger.warn({ err: error, partition }, 'starting again from the checkpoint');
        await delay(restartPauseMs, undefined, { signal: this.intake.signal }).catch(() => undefined);
      } finally {
        this.round = [];
      }
    }
  }

  /** One session, until the feed stops or the session fails. */
  private async live(): Promise<void> {
    this.sessions += 1;
    const { instanceId, partition, checkpoints } = this.options;
    const writer = `${instanceId}/${partition}/${this.sessions}`;
    const keeper = await CheckpointKeeper.load({ store: checkpoints, partition, writer }, this.work.signal);
    const ended = new AbortController();
    const saving = AbortSignal.any([this.work.signal, ended.signal]);
    const task = (run: Promise<void>): Promise<void> => run.finally(() => ended.abort());
    // Saving ends with reading, and a save that fails ends reading.
    const tasks = [
      task(this.feedAll(keeper, ended.signal)),
      task(this.saveRegularly(keeper, saving)),
      this.advanceWhileIdle(keeper, AbortSignal.any([this.intake.signal, ended.signal])),
    ];
    throwFirst(await Promise.allSettled(tasks));
  }

  private async feedAll(keeper: CheckpointKeeper, ended: AbortSignal): Promise<void> {
    const { connection, lookup, partition, logger, roundSize } = this.options;
    const reader = new PartitionReader({
      connection,
      lookup,
      filters: [partitionFilter(partition)],
      storedCheckpoint: () => Promise.resolve(keeper.stored),
      signal: AbortSignal.any([this.intake.signal, ended]),
      logger: logger.child({ partition }),
      maxAhead: roundSize,
    });
    for await (const round of reader.batches()) {
      this.round = round;
      await this.feed(round); // F1
      const last = round.at(-1);
      if (last !== undefined) keeper.reach(last.position); // F2
      this.round = [];
      if (this.intake.signal.aborted) break;
    }
    await keeper.save(this.work.signal);
  }

  private async saveRegularly(keeper: CheckpointKeeper, signal: AbortSignal): Promise<void> {
    try {
      for (;;) {
        await delay(this.options.checkpointMs, undefined, { signal });
        await keeper.save(signal);
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  /** F3 */
  private advanceWhileIdle(keeper: CheckpointKeeper, signal: AbortSignal): Promise<void> {
    const { lookup, partition, idleCheckpointMs, logger } = this.options;
    return advanceWhileIdle({
      lookup,
      filters: [partitionFilter(partition)],
      everyMs: idleCheckpointMs,
      signal,
      logger: logger.child({ partition }),
      lastRead: () => keeper.position,
      advance: (position, from) => {
        if (keeper.position === from) keeper.reach(position); // Else a round that ended meanwhile knows better.
      },
    });
  }

  private async feed(round: readonly StreamMessage[]): Promise<void> {
    const { sender, partition, slots } = this.options;
    const { signal } = this.work;
    const events: FedEvent[] = [];
    for (const message of round) {
      const visit = await this.decode(message);
      if (visit !== undefined) events.push({ message, visit });
    }
    const sendInOrder = async (batches: readonly FedBatch[]): Promise<void> => {
      for (const batch of batches) await sender.send(batch, { partition, signal }); // F4
    };
    const visitors = visitorBatches(events).map((batches) => slots.run(() => sendInOrder(batches), signal));
    throwFirst(await Promise.allSettled(visitors));
  }

  private async decode(message: StreamMessage): Promise<FedEvent['visit'] | undefined> {
    const { sender, partition, meter, firstAttributes } = this.options;
    const decoded = decodeRecord(message.data, firstAttributes);
    if (decoded.kind === 'event') return decoded.visit;
    if (decoded.kind === 'skipped') meter.skipped();
    else await sender.giveUp({ message }, { reason: decoded.reason, partition, signal: this.work.signal });
    return undefined;
  }
}

function throwFirst(outcomes: readonly PromiseSettledResult<void>[]): void {
  const failure = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failure !== undefined) throw failure.reason;
}
