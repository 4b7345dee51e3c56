/** A bounded queue between one writer and one reader, which takes what has gathered. */
export class Lane<T> {
  private queue: T[] = [];
  private ended = false;
  private wakeReader: () => void = () => undefined;
  private wakeWriter: () => void = () => undefined;

  constructor(private readonly capacity: number) {}

  /** Appends an element once there is room. */
  async put(element: T): Promise<void> {
    while (this.queue.length >= this.capacity) await new Promise<void>((resolve) => (this.wakeWriter = resolve));
    this.queue.push(element);
    this.wakeReader();
  }

  /** No more elements will come. */
  end(): void {
    this.ended = true;
    this.wakeReader();
  }

  /** Takes up to `most` elements, waiting for the first; none at the end. */
  async take(most: number): Promise<readonly T[]> {
    while (this.queue.length === 0 && !this.ended) await new Promise<void>((resolve) => (this.wakeReader = resolve));
    const taken = this.queue.splice(0, most);
    this.wakeWriter();
    return taken;
  }
}
