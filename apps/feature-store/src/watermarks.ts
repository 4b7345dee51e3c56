import {
  decodeWatermark,
  partitionOfWatermark,
  watermarkRequestSubject,
  watermarksFilter,
  type TokenPosition,
} from '@affinity/contracts';
import type { Mark } from '@affinity/domain';
import type { Component } from '@affinity/service-kit';
import type { NatsConnection, Subscription } from '@nats-io/transport-node';

/** Knows how far each partition's profiles have got. */
export interface Watermarks {
  /** Resolves with true once the partition's profiles include the position, with false when the signal aborts first. */
  waitFor(partition: number, position: TokenPosition, signal: AbortSignal): Promise<boolean>;
}

/**
 * Clock difference, in milliseconds, that is allowed between the publisher and the stream's server when a position is
 * compared with a watermark. A stream that was rolled back within this time may be mistaken for the one before.
 */
const clockToleranceMs = 5_000;

/** Whether a state at this mark includes a position. */
export function reached(mark: Mark, position: TokenPosition): boolean {
  return (
    mark.sequence >= position.sequence &&
    Number(mark.timestampNs / 1_000_000n) >= position.publishedAtMs - clockToleranceMs
  );
}

/** Follows the watermarks that the writers of the partitions announce for one generation of tiles. */
export class AnnouncedWatermarks implements Watermarks, Component {
  readonly name = 'watermarks';
  private readonly known = new Map<number, Mark>();
  private readonly waiting = new Map<number, Set<() => void>>();
  private subscription: Subscription | undefined;

  constructor(
    private readonly connection: NatsConnection,
    private readonly generation: number,
  ) {}

  /** See Component. */
  start(): Promise<void> {
    this.subscription = this.connection.subscribe(watermarksFilter(this.generation), {
      callback: (error, message) => {
        if (error === null) this.learn(partitionOfWatermark(message.subject), message.data);
      },
    });
    return Promise.resolve();
  }

  /** See Component. */
  stop(): Promise<void> {
    this.subscription?.unsubscribe();
    return Promise.resolve();
  }

  /** See Watermarks. */
  async waitFor(partition: number, position: TokenPosition, signal: AbortSignal): Promise<boolean> {
    if (this.covers(partition, position)) return true;
    void this.ask(partition);
    while (!signal.aborted) {
      await this.change(partition, signal);
      if (this.covers(partition, position)) return true;
    }
    return false;
  }

  private covers(partition: number, position: TokenPosition): boolean {
    const mark = this.known.get(partition);
    return mark !== undefined && reached(mark, position);
  }

  /** Announcements may be lost, and a new process has heard none: the writer is asked as well. */
  private async ask(partition: number): Promise<void> {
    try {
      const subject = watermarkRequestSubject({ generation: this.generation, partition });
      const answer = await this.connection.request(subject, undefined, { timeout: 1_000 });
      this.learn(partition, answer.data);
    } catch {
      // Nobody writes this partition now; whoever takes it announces its watermark.
    }
  }

  private learn(partition: number, body: Uint8Array): void {
    const mark = decodeWatermark(body);
    if (mark === undefined) return;
    this.known.set(partition, mark);
    for (const wake of this.waiting.get(partition) ?? []) wake();
  }

  private change(partition: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const waiters = this.waiting.get(partition) ?? new Set();
      this.waiting.set(partition, waiters);
      const done = (): void => {
        waiters.delete(done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      waiters.add(done);
      signal.addEventListener('abort', done, { once: true });
    });
  }
}
