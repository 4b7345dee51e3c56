import type { Clock } from '@affinity/service-kit';

/** Waits for one instant at a time; asking again for the same instant sets no new timer. */
export class DueTimer {
  private dueAt = Infinity;
  private due: Promise<void> = never();
  private cancel = new AbortController();

  constructor(private readonly clock: Pick<Clock, 'now' | 'sleep'>) {}

  /** Resolves at an instant of the clock; never at Infinity, or once another was asked for. */
  wait(dueAt: number): Promise<void> {
    if (dueAt !== this.dueAt) this.set(dueAt);
    return this.due;
  }

  /** Lets go of the timer. */
  stop(): void {
    this.set(Infinity);
  }

  private set(dueAt: number): void {
    this.cancel.abort();
    this.cancel = new AbortController();
    this.dueAt = dueAt;
    this.due = dueAt === Infinity ? never() : this.sleep(dueAt - this.clock.now());
  }

  private sleep(ms: number): Promise<void> {
    const due = this.clock.sleep(Math.max(0, ms), this.cancel.signal);
    due.catch(() => undefined); // Cancelled: nobody waits for it any more.
    return due;
  }
}

function never(): Promise<void> {
  return new Promise(() => undefined);
}
