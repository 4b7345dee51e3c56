import { callSteadily } from '@affinity/service-kit';

/** Does something so many times a second until it is told to end, whether or not the times before are over. */
export class SteadyLoad {
  /** What went wrong. */
  readonly failures: unknown[] = [];
  private readonly ended = new AbortController();
  private readonly running: Promise<void>;
  private succeeded = 0;

  constructor(
    perSecond: number,
    private readonly operation: (n: number) => Promise<void>,
  ) {
    this.running = callSteadily((n) => this.once(n), { perSecond, signal: this.ended.signal });
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

  private async once(n: number): Promise<void> {
    try {
      await this.operation(n);
      this.succeeded += 1;
    } catch (error) {
      this.failures.push(error);
    }
  }
}
