import { TokenBucket } from '@affinity/service-kit';

/** Does something so many times a second until it is told to end, whether or not the times before are over. */
export class SteadyLoad {
  /** What went wrong. */
  readonly failures: unknown[] = [];
  private readonly ended = new AbortController();
  private readonly running: Promise<void>;
  private succeeded = 0;

  constructor(
    private readonly perSecond: number,
    private readonly operation: (n: number) => Promise<void>,
  ) {
    this.running = this.run();
  }

  /** How often it was done. */
  get done(): number {
    return this.succeeded;
  }

  /** Begins nothing more; resolves when everything begun is over. */
  async end(): Promise<void> {
    this.ended.abort();
    await this.running;
  }

  private async run(): Promise<void> {
    const { signal } = this.ended;
    // A busy machine wakes this loop late: a second's worth may be made up for.
    const pace = new TokenBucket({ ratePerSecond: this.perSecond, burst: this.perSecond });
    const underWay = new Set<Promise<void>>();
    for (let n = 0; !signal.aborted; n += 1) {
      const one: Promise<void> = this.once(n).finally(() => underWay.delete(one));
      underWay.add(one);
      await pace.take(1, signal).catch(() => undefined);
    }
    await Promise.all(underWay);
  }

  private async once(n: number): Promise<void> {
    try {
      await this.operation(n);
      this.succeeded += 1;
    } catch (error) {
      this.failures.push(error);
    }
  }
}
