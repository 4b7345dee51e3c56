/**
 * Hands elements from one producer to one consumer, who takes all that have come at once. The producer waits while the
 * buffer is full.
 */
export class BoundedBuffer<T> {
  private elements: T[] = [];
  private waiting: (() => void) | undefined;

  constructor(private readonly limit: number) {}

  /** Elements that were not taken yet. */
  get size(): number {
    return this.elements.length;
  }

  /** Adds an element once there is room. Returns false, without adding it, when the signal aborts first. */
  async put(element: T, signal: AbortSignal): Promise<boolean> {
    while (this.elements.length >= this.limit && !signal.aborted) await this.change(signal);
    if (signal.aborted) return false;
    this.elements.push(element);
    this.wake();
    return true;
  }

  /** All elements, at least one; none when the signal aborts first. */
  async takeAll(signal: AbortSignal): Promise<readonly T[]> {
    while (this.elements.length === 0 && !signal.aborted) await this.change(signal);
    const taken = this.elements;
    this.elements = [];
    this.wake();
    return taken;
  }

  private change(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        signal.removeEventListener('abort', done);
        resolve();
      };
      signal.addEventListener('abort', done, { once: true });
      const earlier = this.waiting;
      this.waiting = () => {
        earlier?.();
        done();
      };
    });
  }

  private wake(): void {
    const waiting = this.waiting;
    this.waiting = undefined;
    waiting?.();
  }
}
