/** How requests are put together. */
export interface BatcherOptions<Request, Result> {
  /** Most requests in a batch. */
  readonly maxBatch: number;
  /** Most bytes in a batch; a larger request goes alone. */
  readonly maxBytes: number;
  /** Most batches under way at once. */
  readonly concurrency: number;
  readonly sizeOf: (request: Request) => number;
  /** Requests of the same name never share a batch. Default: any may. */
  readonly nameOf?: (request: Request) => string;
  /** Answers a batch, in its order. A rejection fails each request of the batch. */
  readonly execute: (batch: readonly Request[]) => Promise<readonly Result[]>;
}

interface Waiting<Request, Result> {
  readonly request: Request;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Puts single requests together into batches. Nothing waits for company: a request leaves at the end of the current turn of
 * the event loop when a batch may be sent, and otherwise with all that came meanwhile, so that batches grow under load only.
 */
export class Batcher<Request, Result> {
  private readonly queue: Waiting<Request, Result>[] = [];
  private running = 0;
  private scheduled = false;

  constructor(private readonly options: BatcherOptions<Request, Result>) {}

  /** Sends a request with the next batch that has room. */
  submit(request: Request): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.queue.push({ request, resolve, reject });
      this.schedule();
    });
  }

  private schedule(): void {
    if (this.scheduled || this.running >= this.options.concurrency || this.queue.length === 0) return;
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      while (this.running < this.options.concurrency && this.queue.length > 0) void this.run(this.nextBatch());
    });
  }

  private nextBatch(): Waiting<Request, Result>[] {
    const { maxBatch, maxBytes, sizeOf, nameOf } = this.options;
    const names = new Set<string>();
    let bytes = 0;
    let count = 0;
    for (const { request } of this.queue) {
      bytes += sizeOf(request);
      if (count > 0 && (count >= maxBatch || bytes > maxBytes)) break;
      const name = nameOf?.(request);
      if (name !== undefined && names.has(name)) break;
      if (name !== undefined) names.add(name);
      count += 1;
    }
    return this.queue.splice(0, count);
  }

  private async run(batch: readonly Waiting<Request, Result>[]): Promise<void> {
    this.running += 1;
    try {
      const results = await this.options.execute(batch.map(({ request }) => request));
      batch.forEach(({ resolve, reject }, i) => {
        const result = results[i];
        if (result === undefined) reject(new RangeError('a batch was answered in part'));
        else resolve(result);
      });
    } catch (error) {
      for (const { reject } of batch) reject(error);
    } finally {
      this.running -= 1;
      this.schedule();
    }
  }
}
