import { covers, type Mark } from '@affinity/domain';
import type { StreamMessage } from '@affinity/messaging';
import type { Clock } from '@affinity/service-kit';
import { DueTimer } from './due-timer';
import { fromUnknown } from '@affinity/service-kit';
import { keepTrying } from './keep-trying';
import { PendingRange } from './pending-range';
import type { RangeObject, RangeWriter } from './range-writer';

/** The part of a message that the sink needs. */
export type ShardMessage = Pick<StreamMessage, 'position' | 'subject' | 'data'>;

/** Reads a shard in stream order from its stored checkpoint until the signal aborts. Throws ABORTED, DATA_LOSS. */
export type ReadShard = (options: {
  readonly storedCheckpoint: () => Promise<Mark | undefined>;
  readonly signal: AbortSignal;
}) => Messages;

/** Told of what happens, for metrics and health. */
export interface ShardObserver {
  /** An object covers this range, by whomever it was stored. */
  readonly onStored: (range: RangeObject) => void;
  /** What keeps the shard from going on; undefined: nothing any more. */
  readonly onProblem: (problem: string | undefined) => void;
}

/** What one life of a shard's sink works with. */
export interface ShardSessionOptions {
  readonly read: ReadShard;
  readonly ranges: RangeWriter;
  /** The line of a message; undefined when it was given to the dead letters, which must be done by then. */
  readonly toLine: (message: ShardMessage, signal: AbortSignal) => Promise<string | undefined>;
  /** Bytes of lines at which a range is stored. */
  readonly flushBytes: number;
  /** Milliseconds after its first message at which a range is stored all the same. */
  readonly flushMs: number;
  readonly clock: Clock;
  readonly observer: ShardObserver;
  /** How the checkpoint of a shard without messages moves on. */
  readonly idle: IdleOptions;
}

/** So that a shard without messages holds back no purge of the stream. */
export interface IdleOptions {
  /** Milliseconds between looks; Infinity: never. */
  readonly everyMs: number;
  /** The last position of the stream, if it holds no message of the shard after the one read last. */
  readonly position: (lastRead: Mark | undefined) => Promise<Mark | undefined>;
}

/** Why a session ended: told to, or it met another writer's object. */
export type SessionEnd = 'stopped' | 'met';

type Messages = AsyncGenerator<ShardMessage, void, undefined>;
type Step = { readonly kind: 'message'; readonly message: ShardMessage } | { readonly kind: 'due' | 'look' | 'ended' };

/**
 * One life of a shard's sink: reads from the stored checkpoint, and stores range after range.
 *
 * It reads nothing while a range is being stored, so what it holds is bounded by `flushBytes` and one message, however long
 * the object store is away. It ends after the intake signal, when all that was read is stored; or when it met the object of
 * another writer, because what it has read then no longer begins at a boundary.
 */
export class ShardSession {
  private readonly pending = new PendingRange();
  private checkpoint: Mark | undefined;
  private lastRead: Mark | undefined;
  private dueAt = Infinity;
  private lookAt: number;

  constructor(private readonly options: ShardSessionOptions) {
    this.lookAt = options.clock.now() + options.idle.everyMs;
  }

  /** Bytes of lines that wait to be stored. */
  get bufferedBytes(): number {
    return this.pending.bytes;
  }

  /** The oldest message that waits to be stored. */
  get oldestBuffered(): Mark | undefined {
    return this.pending.first;
  }

  /** Runs until the session's end. Rejects when it cannot go on, or with the reason of `work` once that aborts. */
  async run({ intake, work }: { readonly intake: AbortSignal; readonly work: AbortSignal }): Promise<SessionEnd> {
    const ended = new AbortController();
    const signal = AbortSignal.any([intake, ended.signal]);
    const storedCheckpoint = (): Promise<Mark | undefined> => this.loadCheckpoint(signal);
    const messages = this.options.read({ storedCheckpoint, signal });
    try {
      return await this.consume(messages, work);
    } finally {
      ended.abort();
      await messages.return();
    }
  }

  private async consume(messages: Messages, work: AbortSignal): Promise<SessionEnd> {
    const timer = new DueTimer(this.options.clock);
    try {
      let next = messages.next();
      for (;;) {
        const step = await Promise.race([next.then(toStep), this.nextTime(timer)]);
        if (step.kind === 'message') {
          next = messages.next();
          next.catch(() => undefined); // Looked at in the next turn, unless this one throws.
          await this.take(step.message, work);
        }
        if (step.kind === 'look') await this.moveWhileIdle();
        if (this.mustStore(step) && !(await this.storePending(work))) return 'met';
        if (step.kind === 'ended') return 'stopped';
      }
    } finally {
      timer.stop();
    }
  }

  private mustStore({ kind }: Step): boolean {
    const { flushBytes, clock } = this.options;
    if (kind === 'due' || kind === 'ended') return true;
    return this.pending.bytes >= flushBytes || clock.now() >= this.dueAt;
  }

  private async nextTime(timer: DueTimer): Promise<Step> {
    const kind = this.lookAt < this.dueAt ? 'look' : 'due';
    await timer.wait(Math.min(this.lookAt, this.dueAt));
    return { kind };
  }

  /** A position behind which nothing of the shard was published is as good a boundary as the end of an object. */
  private async moveWhileIdle(): Promise<void> {
    const { clock, idle, ranges } = this.options;
    this.lookAt = clock.now() + idle.everyMs;
    if (this.pending.first !== undefined) return;
    try {
      const position = await idle.position(this.lastRead ?? this.checkpoint);
      if (position === undefined) return;
      await ranges.moveCheckpoint(position);
      this.checkpoint = position;
    } catch (thrown) {
      // What is away now is looked at again; another writer's checkpoint ends the session.
      if (fromUnknown(thrown).code === 'ABORTED') throw thrown;
    }
  }

  private async take(message: ShardMessage, work: AbortSignal): Promise<void> {
    const { checkpoint, options } = this;
    this.lastRead = message.position;
    // After a rollback of the stream reading begins at the checkpoint's instant, not behind a message.
    if (checkpoint !== undefined && covers(checkpoint, message.position)) return;
    const line = await options.toLine(message, work);
    if (this.pending.first === undefined) this.dueAt = options.clock.now() + options.flushMs;
    this.pending.add(message.position, line);
  }

  /** Whether the session may go on reading. */
  private async storePending(signal: AbortSignal): Promise<boolean> {
    this.dueAt = Infinity;
    const sealed = this.pending.seal();
    if (sealed === undefined) return true;
    const { ranges, observer, clock } = this.options;
    const range = await ranges.encode(sealed);
    const outcome = await keepTrying(() => ranges.store(range), { signal, report: observer.onProblem, clock });
    if (outcome === 'met') return false;
    this.pending.clear();
    observer.onStored(range);
    return true;
  }

  private async loadCheckpoint(signal: AbortSignal): Promise<Mark | undefined> {
    const { ranges, observer, clock } = this.options;
    const options = { signal, report: observer.onProblem, clock };
    this.checkpoint = await keepTrying(() => ranges.loadCheckpoint(), options);
    return this.checkpoint;
  }
}

function toStep(result: IteratorResult<ShardMessage, void>): Step {
  return result.done === true ? { kind: 'ended' } : { kind: 'message', message: result.value };
}
