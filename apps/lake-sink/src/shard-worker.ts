import { partitionOfSubject } from '@affinity/contracts';
import { claimLayout, type DatasetLayout, type ObjectStore } from '@affinity/lake';
import { idlePosition, readPartition, type DeadLetterStore, type StreamLookup } from '@affinity/messaging';
import type { CheckpointStore } from '@affinity/profile-storage';
import { AffinityError, fromUnknown, type Clock, type Logger } from '@affinity/service-kit';
import type { NatsConnection } from '@nats-io/transport-node';
import { keepTrying } from './keep-trying';
import { lineOf } from './message-line';
import { RangeWriter, type RangeObject } from './range-writer';
import { shardFilters } from './shard-partitions';
import { ShardSession, type IdleOptions, type ReadShard, type SessionEnd, type ShardMessage } from './shard-session';

/** Name of this reader in dead letters and checkpoints. */
export const readerName = 'lake-sink';

/** What a worker works with. */
export interface ShardWorkerOptions {
  readonly shard: number;
  readonly prefix: string;
  readonly layout: DatasetLayout;
  readonly objects: ObjectStore;
  readonly checkpoints: CheckpointStore;
  readonly connection: NatsConnection;
  readonly lookup: StreamLookup;
  readonly deadLetters: DeadLetterStore;
  readonly flushBytes: number;
  readonly flushMs: number;
  /** Milliseconds between looks whether the checkpoint of an idle shard may move on. */
  readonly idleCheckpointMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
  /** A name that no other process bears. */
  readonly instanceId: string;
  readonly onStored: (range: RangeObject) => void;
  readonly onDeadLetter: () => void;
  /** What keeps a shard from going on; undefined: nothing any more. */
  readonly onProblem: (shard: number, problem: string | undefined) => void;
  /** The worker cannot go on and must not: an operator has to look. */
  readonly onFatal: (error: AffinityError) => void;
}

const restartPauseMs = 100;

/**
 * Works on one shard for as long as its lease is held: session after session, each from the stored checkpoint.
 *
 * States: running -> stopping (stores what was read) -> stopped; either -> stopped at once when cut.
 */
export class ShardWorker {
  private readonly intake = new AbortController();
  private readonly work = new AbortController();
  private readonly done: Promise<void>;
  private session: ShardSession | undefined;
  private sessions = 0;
  private problem: string | undefined;

  constructor(private readonly options: ShardWorkerOptions) {
    this.done = this.run().finally(() => this.report(undefined));
  }

  /** Bytes of lines that wait to be stored. */
  get bufferedBytes(): number {
    return this.session?.bufferedBytes ?? 0;
  }

  /** When the oldest message that waits was published, in epoch nanoseconds. */
  get oldestBufferedNs(): bigint | undefined {
    return this.session?.oldestBuffered?.timestampNs;
  }

  /** Stops reading, stores what was read unless `save` is false, and resolves when nothing goes on any more. */
  async stop({ save }: { readonly save: boolean }): Promise<void> {
    this.intake.abort();
    if (!save) this.cut();
    await this.done;
  }

  /** Gives up what is not stored; the next reader of the shard reads it again. */
  cut(): void {
    this.intake.abort();
    this.work.abort();
  }

  private async run(): Promise<void> {
    while (!this.intake.signal.aborted) {
      try {
        await this.live();
      } catch (thrown) {
        await this.recover(fromUnknown(thrown));
      }
    }
  }

  private async recover(error: AffinityError): Promise<void> {
    if (this.work.signal.aborted) return;
    if (error.code === 'DATA_LOSS' || error.code === 'FAILED_PRECONDITION') {
      this.cut();
      this.options.onFatal(error);
      return;
    }
    const { logger, shard, clock } = this.options;
    logger.warn({ err: error, shard }, 'starting again from the checkpoint');
    await clock.sleep(restartPauseMs, this.intake.signal).catch(() => undefined);
  }

  private async live(): Promise<void> {
    await this.requireLayout();
    this.sessions += 1;
    const { flushBytes, flushMs, clock, logger, shard, onStored } = this.options;
    const observer = { onStored, onProblem: (problem: string | undefined) => this.report(problem) };
    const toLine = (message: ShardMessage, signal: AbortSignal) => this.toLine(message, signal);
    const ranges = this.rangeWriter();
    const options = { read: this.reader(), ranges, toLine, flushBytes, flushMs, clock, observer };
    this.session = new ShardSession({ ...options, idle: this.idle() });
    const end: SessionEnd = await this.session.run({ intake: this.intake.signal, work: this.work.signal });
    if (end === 'met') logger.info({ shard }, 'met an object of another writer, going on after it');
  }

  /** Writing under another layout would store messages twice. */
  private async requireLayout(): Promise<void> {
    const { objects, prefix, layout } = this.options;
    const claim = await this.persist(() => claimLayout(objects, prefix, layout), this.intake.signal);
    if (claim.kind === 'agreed') return;
    throw new AffinityError(
      'FAILED_PRECONDITION',
      `data set ${prefix} was begun with ${claim.found}, this service is set to ${JSON.stringify(layout)}: ` +
        'go back to those settings or write under another prefix',
    );
  }

  private rangeWriter(): RangeWriter {
    const { shard, prefix, layout, objects, checkpoints, instanceId } = this.options;
    const { compression } = layout;
    const writer = `${instanceId}/${shard}/${this.sessions}`;
    return new RangeWriter({ shard: { prefix, shard, compression }, objects, checkpoints, writer });
  }

  private reader(): ReadShard {
    const { connection, lookup, shard, layout, logger } = this.options;
    const filters = shardFilters({ shard, ...layout });
    const log = logger.child({ shard });
    return (start) => readPartition({ connection, lookup, filters, logger: log, ...start });
  }

  private idle(): IdleOptions {
    const { lookup, shard, layout, idleCheckpointMs } = this.options;
    const filters = shardFilters({ shard, ...layout });
    return { everyMs: idleCheckpointMs, position: (lastRead) => idlePosition(lookup, { filters, lastRead }) };
  }

  private async toLine(message: ShardMessage, signal: AbortSignal): Promise<string | undefined> {
    const result = lineOf(message);
    if (result.kind === 'line') return result.line;
    const { deadLetters, onDeadLetter } = this.options;
    const { position, subject, data } = message;
    const partition = partitionOfSubject(subject);
    const letter = { reader: readerName, partition, reason: result.reason, subject, position, data };
    await this.persist(() => deadLetters.store(letter), signal);
    onDeadLetter();
    return undefined;
  }

  private persist<T>(operation: () => Promise<T>, signal: AbortSignal): Promise<T> {
    const { clock } = this.options;
    return keepTrying(operation, { signal, clock, report: (problem) => this.report(problem) });
  }

  private report(problem: string | undefined): void {
    if (problem === this.problem) return;
    const { shard, logger, onProblem } = this.options;
    if (problem === undefined) logger.info({ shard }, 'going on');
    else logger.warn({ shard, problem }, 'waiting, nothing is dropped');
    this.problem = problem;
    onProblem(shard, problem);
  }
}
