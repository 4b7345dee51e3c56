import { resourceExhausted, type AffinityError } from '@affinity/service-kit';

/** How long a refused caller is told to wait, in milliseconds. */
const retryAfterMs = 100;

/** Bounds the events that are being handled, over all calls and streams, and so the memory that they take. */
export class InFlightBudget {
  private taken = 0;

  constructor(private readonly limit: number) {}

  /** Events being handled now. */
  get inFlight(): number {
    return this.taken;
  }

  /** Makes room for events; false when there is none. Give it back with `release`. */
  tryTake(count: number): boolean {
    if (this.taken + count > this.limit) return false;
    this.taken += count;
    return true;
  }

  /** Gives the room of events back. */
  release(count: number): void {
    this.taken -= count;
  }

  /** What a caller for whom there is no room is told. */
  refusal(): AffinityError {
    return resourceExhausted(`${this.taken} events are being handled, the limit is ${this.limit}`, retryAfterMs);
  }
}
