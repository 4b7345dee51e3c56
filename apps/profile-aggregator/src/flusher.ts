import type { PartitionSession } from '@affinity/profile-storage';
import { retry } from '@affinity/service-kit';
import { setTimeout as delay } from 'node:timers/promises';

/** When to flush. */
export interface FlusherOptions {
  /** Aborts when nothing is to be saved any more. */
  readonly signal: AbortSignal;
  /** Least time from the beginning of one flush of user tiles to that of the next, in milliseconds. */
  readonly userFlushMs: number;
  /** Whether messages are waiting to be folded. */
  readonly backlog: () => boolean;
  /** Pause between flushes of the population, in milliseconds. */
  readonly populationFlushMs: number;
  /** Monotonic milliseconds. Default: performance.now. */
  readonly nowMs?: () => number;
}

/** How many pauses between flushes one may be put off for while there is a backlog. */
const backlogFlushes = 8;

/**
 * Flushes a session as soon as something is dirty, the flush before is done and did not begin just now: latency is low when it
 * is quiet, and under load each flush takes along all that came meanwhile, so that writes per event fall. While more is waiting
 * to be folded, which is late already, it takes along some more. The population follows at its own pace, and the checkpoint
 * with it. After `finish` all is flushed once more, and `run` resolves.
 */
export class Flusher {
  private readonly finishing = new AbortController();
  private readonly waiting = new Set<() => void>();
  private crowded = false;
  private readonly nowMs: () => number;

  constructor(
    private readonly session: PartitionSession,
    private readonly options: FlusherOptions,
  ) {
    this.nowMs = options.nowMs ?? (() => performance.now());
  }

  /** Something was folded. */
  wake(): void {
    for (const resume of [...this.waiting]) resume();
  }

  /** Nothing will be folded any more. */
  finish(): void {
    this.finishing.abort();
    this.wake();
  }

  /** Resolves when fewer than `limit` tiles are dirty, or the signal aborts. */
  async room(limit: number, signal: AbortSignal): Promise<void> {
    while (this.session.dirtyTiles >= limit && !signal.aborted) {
      this.crowded = true;
      this.wake();
      await this.change(50, signal);
    }
    this.crowded = false;
  }

  /** Flushes until finished or the signal aborts. Throws what a flush throws, except that it tries again when the store is away. */
  async run(): Promise<void> {
    const { signal, userFlushMs, populationFlushMs } = this.options;
    const ended = AbortSignal.any([signal, this.finishing.signal]);
    let nextPopulationAtMs = this.nowMs() + populationFlushMs;
    let nextUsersAtMs = this.nowMs();
    while (!ended.aborted) {
      if (this.session.dirtyTiles > 0 || this.session.unannounced) {
        await this.gather(nextUsersAtMs, ended);
        nextUsersAtMs = this.nowMs() + userFlushMs;
        await this.patiently(() => this.session.flushUsers());
      }
      if (this.session.behind && this.nowMs() >= nextPopulationAtMs) {
        await this.saveAll();
        nextPopulationAtMs = this.nowMs() + populationFlushMs;
      }
      this.wake();
      if (this.session.dirtyTiles === 0) await this.change(populationFlushMs, signal);
    }
    if (!signal.aborted) await this.saveAll();
  }

  /** Waits until user tiles are to be flushed. */
  private async gather(fromMs: number, signal: AbortSignal): Promise<void> {
    const { backlog, userFlushMs } = this.options;
    await delay(fromMs - this.nowMs(), undefined, { signal }).catch(() => undefined);
    const atLatestMs = fromMs + backlogFlushes * userFlushMs;
    while (backlog() && this.nowMs() < atLatestMs && !signal.aborted && !this.crowded) {
      await this.change(atLatestMs - this.nowMs(), signal);
    }
  }

  private async saveAll(): Promise<void> {
    await this.patiently(() => this.session.flushUsers());
    await this.patiently(() => this.session.flushPopulation());
    await this.patiently(() => this.session.saveCheckpoint());
  }

  private patiently(operation: () => Promise<void>): Promise<void> {
    return retry(operation, { attempts: Infinity, signal: this.options.signal, isRetryable: isStoreAway });
  }

  private change(timeoutMs: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.waiting.delete(done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, timeoutMs);
      signal.addEventListener('abort', done, { once: true });
      this.waiting.add(done);
    });
  }
}

function isStoreAway({ code }: { readonly code: string }): boolean {
  return code === 'UNAVAILABLE' || code === 'RESOURCE_EXHAUSTED';
}
