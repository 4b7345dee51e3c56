import type { Mark, Schema } from '@affinity/domain';
import {
  advanceWhileIdle,
  PartitionReader,
  type DeadLetterStore,
  type StreamLookup,
  type StreamMessage,
} from '@affinity/messaging';
import { PartitionSession, type PartitionSessionOptions, type ReadRecord } from '@affinity/profile-storage';
import { fromUnknown, retry, type AffinityError, type Logger } from '@affinity/service-kit';
import { partitionFilter } from '@affinity/contracts';
import type { NatsConnection } from '@nats-io/transport-node';
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Flusher } from './flusher';
import { RecordDecoder } from './record-decoding';

/** What a worker works with, besides what each of its sessions does. */
export interface PartitionWorkerOptions extends Omit<PartitionSessionOptions, 'writer' | 'isStored'> {
  readonly schema: Schema;
  readonly connection: NatsConnection;
  readonly lookup: StreamLookup;
  readonly deadLetters: DeadLetterStore;
  readonly logger: Logger;
  /** A name that no other process bears. */
  readonly instanceId: string;
  /** User tiles that may be dirty before reading waits for the store. */
  readonly maxDirtyTiles: number;
  /** Messages read ahead of folding, and of the stream's own delivery. */
  readonly maxAhead: number;
  /** Least time from the beginning of one flush of user tiles to that of the next, in milliseconds. */
  readonly userFlushMs: number;
  /** Pause between flushes of the population, in milliseconds: it also paces the checkpoint. */
  readonly populationFlushMs: number;
  /** Pause between looks whether an idle partition's checkpoint may move past messages of others, in milliseconds. */
  readonly idleCheckpointMs: number;
  /** How long a partition that is released may take to save, in milliseconds; what is left is read again by the next. */
  readonly handOverMs: number;
  readonly onCounted: (counts: Counted) => void;
  /** The worker cannot go on and must not: an operator has to look. */
  readonly onFatal: (error: AffinityError) => void;
}

/** What became of messages that were read. */
export interface Counted {
  readonly counted: number;
  readonly repeated: number;
  readonly erased: number;
  readonly deadLettered: number;
}

const restartPauseMs = 100;
/** Name of this reader in dead letters and checkpoints. */
export const readerName = 'profile-aggregator';

/**
 * Works on one partition for as long as its lease is held: session after session, each from the stored checkpoint.
 *
 * States: running -> stopping (saves, then stops) -> stopped; running -> stopped when nothing is to be saved.
 */
export class PartitionWorker {
  private readonly intake = new AbortController();
  private readonly work = new AbortController();
  private readonly decoder: RecordDecoder;
  private readonly done: Promise<void>;
  private reader: PartitionReader | undefined;

  constructor(private readonly options: PartitionWorkerOptions) {
    this.decoder = new RecordDecoder(options.schema);
    this.done = this.run();
  }

  /** Messages of the partition that are not folded yet, as of the last seconds. */
  get lag(): number {
    return this.reader?.behind ?? 0;
  }

  /**
   * Stops reading, and saves what was read unless `save` is false. Resolves when nothing goes on any more, or when the time for
   * that is over: what is not saved by then, whoever works on the partition next reads again from the checkpoint, and what is
   * still on its way to the store does no more harm than a writer that lost its lease.
   */
  async stop({ save }: { readonly save: boolean }): Promise<void> {
    const { handOverMs, logger, partition } = this.options;
    this.intake.abort();
    if (!save) this.work.abort();
    const ended = new AbortController();
    const giveUp = async (): Promise<void> => {
      await delay(handOverMs, undefined, { signal: ended.signal });
      if (save) logger.warn({ partition, handOverMs }, 'handed over before all was saved');
      this.work.abort();
    };
    await Promise.race([this.done, giveUp()]).finally(() => ended.abort());
  }

  private async run(): Promise<void> {
    while (!this.intake.signal.aborted) {
      try {
        await this.live();
      } catch (thrown) {
        const error = fromUnknown(thrown);
        if (this.work.signal.aborted) return;
        if (error.code === 'DATA_LOSS') {
          this.options.onFatal(error);
          return;
        }
        this.options.logger.warn(
          { err: error, partition: this.options.partition },
          'starting again from the checkpoint',
        );
        await delay(restartPauseMs, undefined, { signal: this.intake.signal }).catch(() => undefined);
      }
    }
  }

  /** One session, until the worker stops or the session fails. Its name is never used again: conditions rest on that. */
  private async live(): Promise<void> {
    const { connection, lookup, logger, instanceId, partition, maxAhead } = this.options;
    const isStored = async ({ sequence, timestampNs }: Mark): Promise<boolean> =>
      (await this.options.lookup.timestampAt(sequence)) === timestampNs;
    const session = new PartitionSession({
      ...this.options,
      isStored,
      writer: `${instanceId}/${partition}/${randomUUID()}`,
    });
    const failed = new AbortController();
    const reading = AbortSignal.any([this.intake.signal, failed.signal]);
    const working = AbortSignal.any([this.work.signal, failed.signal]);
    const reader = new PartitionReader({
      connection,
      lookup,
      filters: [partitionFilter(partition)],
      storedCheckpoint: () => this.resume(session),
      signal: reading,
      logger: logger.child({ partition }),
      maxAhead,
    });
    this.reader = reader;
    const { userFlushMs, populationFlushMs } = this.options;
    const flusher = new Flusher(session, {
      signal: working,
      userFlushMs,
      populationFlushMs,
      // What has not come yet counts only where it is more than reading ahead explains.
      backlog: () => reader.waiting > 0 || reader.behind > maxAhead,
    });
    const guard = (task: Promise<void>): Promise<void> =>
      task.catch((error: unknown) => {
        failed.abort();
        throw error;
      });
    const tasks = [
      guard(this.foldAll({ session, reader, flusher, reading, working })),
      guard(flusher.run()),
      guard(this.advanceWhileIdle(session, reading)),
    ];
    const outcomes = await Promise.allSettled(tasks);
    const failure = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failure !== undefined) throw failure.reason;
  }

  private advanceWhileIdle(session: PartitionSession, signal: AbortSignal): Promise<void> {
    const { lookup, partition, idleCheckpointMs, logger } = this.options;
    return advanceWhileIdle({
      lookup,
      filters: [partitionFilter(partition)],
      everyMs: idleCheckpointMs,
      signal,
      logger: logger.child({ partition }),
      lastRead: () => session.position,
      advance: (to, from) => session.advanceIdle(to, from),
    });
  }

  /** What the checkpoint covers is visible, whoever stored it. */
  private async resume(session: PartitionSession): Promise<Mark | undefined> {
    const checkpoint = await session.loadCheckpoint();
    const { partition, onFlushed } = this.options;
    if (checkpoint !== undefined) await onFlushed({ partition, watermark: checkpoint, tiles: [] });
    return checkpoint;
  }

  private async foldAll({ session, reader, flusher, reading, working }: FoldTask): Promise<void> {
    try {
      for await (const messages of reader.batches()) {
        await this.fold(session, messages, working);
        flusher.wake();
        await flusher.room(this.options.maxDirtyTiles, reading);
      }
    } finally {
      flusher.finish();
    }
  }

  private async fold(
    session: PartitionSession,
    messages: readonly StreamMessage[],
    signal: AbortSignal,
  ): Promise<void> {
    const records: ReadRecord[] = [];
    const counts = { usable: 0, erased: 0, deadLettered: 0 };
    for (const message of messages) {
      const { position, data } = message;
      const decoded = this.decoder.decode(data);
      switch (decoded.kind) {
        case 'interaction':
          records.push({ position, interaction: decoded.interaction });
          counts.usable += 1;
          break;
        case 'erasure':
          records.push({ position, erasure: decoded.erasure });
          counts.erased += 1;
          break;
        case 'unusable':
          await this.deadLetter(message, { reason: decoded.reason, signal });
          records.push({ position });
          counts.deadLettered += 1;
      }
    }
    const { usable, ...others } = counts;
    const counted = await session.fold(records, signal);
    this.options.onCounted({ counted, repeated: usable - counted, ...others });
  }

  private async deadLetter(
    { position, subject, data }: StreamMessage,
    { reason, signal }: { readonly reason: string; readonly signal: AbortSignal },
  ): Promise<void> {
    const { partition, deadLetters } = this.options;
    const letter = { reader: readerName, partition, reason, subject, position, data };
    await retry(() => deadLetters.store(letter), { attempts: Infinity, signal });
  }
}

interface FoldTask {
  readonly session: PartitionSession;
  readonly reader: PartitionReader;
  readonly flusher: Flusher;
  readonly reading: AbortSignal;
  readonly working: AbortSignal;
}
