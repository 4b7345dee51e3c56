import { retry } from '@affinity/service-kit';
import type { PartitionSession } from './partition-session';

/** When to flush. */
export interface FlusherOptions {
  /** Aborts when nothing is to be saved any more. */
  readonly signal: AbortSignal;
  /** Pause between flushes of the population, in milliseconds. */
  readonly populationFlushMs: number;
  /** Monotonic milliseconds. Default: performance.now. */
  readonly nowMs?: () => number;
}

/**
 * Flushes a session as soon as the flush before is done and something is dirty: latency is low when it is quiet, and under
 * load each flush takes along all that came meanwhile, so that writes per event fall. The population follows at its own
 * pace, and the checkpoint with it. After `finish` all is flushed once more, and `run` resolves.
 */
export class Flusher {
  private finished = false;
  private readonly waiting = new Set<() => void>();
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
    this.finished = true;
    this.wake();
  }

  /** Resolves when fewer than `limit` tiles are dirty, or the signal aborts. */
  async room(limit: number, signal: AbortSignal): Promise<void> {
    while (this.session.dirtyTiles >= limit && !signal.aborted) await this.change(50, signal);
  }

  /** Flushes until finished or the signal aborts. Throws what a flush throws, except that it tries again when the store is away. */
  async run(): Promise<void> {
    const { signal, populationFlushMs } = this.options;
    let nextPopulationAtMs = this.nowMs() + populationFlushMs;
    while (!this.finished && !signal.aborted) {
      if (this.session.dirtyTiles > 0 || this.session.unannounced)
        await this.patiently(() => this.session.flushUsers());
      if (this.session.behind && this.nowMs() >= nextPopulationAtMs) {
        await this.saveAll();
        nextPopulationAtMs = this.nowMs() + populationFlushMs;
      }
      this.wake();
      if (this.session.dirtyTiles === 0) await this.change(populationFlushMs, signal);
    }
    if (!signal.aborted) await this.saveAll();
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
