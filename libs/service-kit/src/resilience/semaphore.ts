import { AffinityError, resourceExhausted } from '../errors';

/** How much a semaphore lets pass and lets wait. */
export interface SemaphoreOptions {
  /** Pieces of work at a time. */
  readonly limit: number;
  /** Pieces of work that may wait; 0 unless told. More are refused. */
  readonly maxWaiting?: number;
  /** What the refused are told to wait in milliseconds; 100 unless told. */
  readonly retryAfterMs?: number;
}

/** Lets a bounded number of tasks run, a bounded number wait in line, and refuses the rest with a count. */
export class Semaphore {
  private running = 0;
  private refusals = 0;
  private readonly line = new Set<() => void>();

  constructor(private readonly options: SemaphoreOptions) {}

  /** Tasks running now. */
  get inUse(): number {
    return this.running;
  }

  /** Tasks waiting now. */
  get waiting(): number {
    return this.line.size;
  }

  /** Tasks refused since the beginning. */
  get refused(): number {
    return this.refusals;
  }

  /** Takes a place if one is free; {@link leave} gives it back. */
  tryEnter(): boolean {
    if (this.running >= this.options.limit) return false;
    this.running += 1;
    return true;
  }

  /** Gives a place to the next in line, or back. */
  leave(): void {
    const [next] = this.line;
    if (next === undefined) this.running -= 1;
    else next(); // The place passes over: nobody can slip in between.
  }

  /**
   * Runs `task` when its turn comes, first come first served.
   * @throws AffinityError RESOURCE_EXHAUSTED when the line is full, CANCELLED when the signal aborts while it waits
   */
  async run<T>(task: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    if (!this.tryEnter()) await this.enterLine(signal);
    try {
      return await task();
    } finally {
      this.leave();
    }
  }

  /** Counts a refusal and gives the error that tells about it. */
  refuse(): AffinityError {
    this.refusals += 1;
    const { limit, retryAfterMs = 100 } = this.options;
    return resourceExhausted(`at its limit of ${limit} at a time`, retryAfterMs);
  }

  private enterLine(signal: AbortSignal | undefined): Promise<void> {
    if (this.line.size >= (this.options.maxWaiting ?? 0)) return Promise.reject(this.refuse());
    return new Promise((resolve, reject) => {
      const leaveLine = () => {
        this.line.delete(enter);
        signal?.removeEventListener('abort', onAbort);
      };
      const onAbort = () => {
        leaveLine();
        reject(new AffinityError('CANCELLED', 'cancelled while waiting', { cause: signal?.reason }));
      };
      const enter = () => {
        leaveLine();
        resolve();
      };
      if (signal?.aborted === true) {
        onAbort();
        return;
      }
      signal?.addEventListener('abort', onAbort, { once: true });
      this.line.add(enter);
    });
  }
}
