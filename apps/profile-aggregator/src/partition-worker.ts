import type { Mark, Schema } from '@affinity/domain';
import {
  idlePosition,
  readPartition,
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
import { BoundedBuffer } from './bounded-buffer';
import { Flusher } from './flusher';
import { decodeRecord } from './record-decoding';

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
  private readonly done: Promise<void>;

  constructor(private readonly options: PartitionWorkerOptions) {
    this.done = this.run();
  }

  /** Stops reading, saves what was read unless `save` is false, and resolves when nothing goes on any more. */
  async stop({ save }: { readonly save: boolean }): Promise<void> {
    this.intake.abort();
    if (!save) this.work.abort();
    await this.done;
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
    const { instanceId, partition, maxAhead } = this.options;
    const isStored = async ({ sequence, timestampNs }: Mark): Promise<boolean> =>
      (await this.options.lookup.timestampAt(sequence)) === timestampNs;
    const session = new PartitionSession({
      ...this.options,
      isStored,
      writer: `${instanceId}/${partition}/${randomUUID()}`,
    });
    const buffer = new BoundedBuffer<StreamMessage>(maxAhead);
    const failed = new AbortController();
    const reading = AbortSignal.any([this.intake.signal, failed.signal]);
    const working = AbortSignal.any([this.work.signal, failed.signal]);
    const { userFlushMs, populationFlushMs } = this.options;
    const flusher = new Flusher(session, {
      signal: working,
      userFlushMs,
      populationFlushMs,
      backlog: () => buffer.size > 0,
    });
    const guard = (task: Promise<void>): Promise<void> =>
      task.catch((error: unknown) => {
        failed.abort();
        throw error;
      });
    const tasks = [
      guard(this.pump(session, buffer, reading)),
      guard(this.foldAll({ session, buffer, flusher, reading, working })),
      guard(flusher.run()),
      guard(this.advanceWhileIdle(session, reading)),
    ];
    const outcomes = await Promise.allSettled(tasks);
    const failure = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failure !== undefined) throw failure.reason;
  }

  private async pump(
    session: PartitionSession,
    buffer: BoundedBuffer<StreamMessage>,
    signal: AbortSignal,
  ): Promise<void> {
    const { connection, lookup, partition, maxAhead, logger } = this.options;
    const messages = readPartition({
      connection,
      lookup,
      filters: [partitionFilter(partition)],
      storedCheckpoint: () => this.resume(session),
      signal,
      logger: logger.child({ partition }),
      maxAhead,
    });
    for await (const message of messages) {
      if (!(await buffer.put(message, signal))) return;
    }
  }

  /** So that an idle partition holds back no purge of the stream. */
  private async advanceWhileIdle(session: PartitionSession, signal: AbortSignal): Promise<void> {
    const { lookup, partition, idleCheckpointMs, logger } = this.options;
    const filters = [partitionFilter(partition)];
    for (;;) {
      await delay(idleCheckpointMs, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      try {
        const position = await idlePosition(lookup, { filters, lastRead: session.position });
        if (position !== undefined) await session.advanceIdle(position);
      } catch (thrown) {
        const error = fromUnknown(thrown);
        if (error.code === 'ABORTED') throw error;
        logger.debug({ err: error, partition }, 'the idle checkpoint was not moved');
      }
    }
  }

  /** What the checkpoint covers is visible, whoever stored it. */
  private async resume(session: PartitionSession): Promise<Mark | undefined> {
    const checkpoint = await session.loadCheckpoint();
    const { partition, onFlushed } = this.options;
    if (checkpoint !== undefined) await onFlushed({ partition, watermark: checkpoint, tiles: [] });
    return checkpoint;
  }

  private async foldAll({ session, buffer, flusher, reading, working }: FoldTask): Promise<void> {
    try {
      while (!reading.aborted) {
        await flusher.room(this.options.maxDirtyTiles, reading);
        const messages = await buffer.takeAll(reading);
        if (messages.length > 0) await this.fold(session, messages, working);
        flusher.wake();
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
    for (const message of messages) records.push(await this.decode(message, signal));
    const counted = await session.fold(records, signal);
    const usable = records.filter((record) => record.interaction !== undefined).length;
    const erased = records.filter((record) => record.erasure !== undefined).length;
    this.options.onCounted({
      counted,
      repeated: usable - counted,
      erased,
      deadLettered: records.length - usable - erased,
    });
  }

  private async decode(message: StreamMessage, signal: AbortSignal): Promise<ReadRecord> {
    const { position, subject, data } = message;
    const decoded = decodeRecord(data, this.options.schema);
    if (decoded.kind === 'interaction') return { position, interaction: decoded.interaction };
    if (decoded.kind === 'erasure') return { position, erasure: decoded.erasure };
    const { partition, deadLetters } = this.options;
    const letter = { reader: readerName, partition, reason: decoded.reason, subject, position, data };
    await retry(() => deadLetters.store(letter), { attempts: Infinity, signal });
    return { position };
  }
}

interface FoldTask {
  readonly session: PartitionSession;
  readonly buffer: BoundedBuffer<StreamMessage>;
  readonly flusher: Flusher;
  readonly reading: AbortSignal;
  readonly working: AbortSignal;
}
