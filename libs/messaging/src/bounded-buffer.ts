/**
 * Hands elements from one producer to one consumer, who takes all that have come at once. The producer waits while the
 * buffer is full.
 *
 * States: open -> ended, for good.
 */
export class BoundedBuffer<T> {
  private elements: T[] = [];
  private isEnded = false;
  private wakeConsumer: (() => void) | undefined;
  private wakeProducer: (() => void) | undefined;

  constructor(private readonly limit: number) {}

  /** Elements that were not taken yet. */
  get size(): number {
    return this.elements.length;
  }

  /** Whether the producer has to wait for `room`. */
  get full(): boolean {
    return this.elements.length >= this.limit;
  }

  /** Resolves once there is room for an element, or the buffer is ended. */
  async room(): Promise<void> {
    while (this.full && !this.isEnded) {
      await new Promise<void>((resolve) => {
        this.wakeProducer = resolve;
      });
    }
  }

  /** Adds an element, for which there must be room. What comes after the end is left out. */
  push(element: T): void {
    if (this.isEnded) return;
    if (this.full) throw new RangeError(`a buffer of ${this.limit} is full`);
    this.elements.push(element);
    if (this.elements.length === 1) this.wakeConsumer?.();
  }

  /** Drops what was not taken; nothing more comes. */
  end(): void {
    this.isEnded = true;
    this.elements = [];
    this.wakeConsumer?.();
    this.wakeProducer?.();
  }

  /** All elements, in order and at least one; none when the buffer is ended. */
  async takeAll(): Promise<readonly T[]> {
    while (this.elements.length === 0 && !this.isEnded) {
      await new Promise<void>((resolve) => {
        this.wakeConsumer = resolve;
      });
    }
    const taken = this.elements;
    this.elements = [];
    this.wakeProducer?.();
    return taken;
  }
}
