// Invariants
// A1 Answers come in the order of the requests, however long each takes.
// A2 At most `window` requests wait in line besides the one whose answer is being taken; no more are read meanwhile.
// A3 Once `stop` aborts, no further request is answered; those already read are.

import { fromUnknown } from '@affinity/service-kit';

/** How requests become answers. */
export interface AcknowledgementOptions<Request, Answer> {
  /** Must not reject for anything that a request holds; a rejection ends the stream. */
  readonly handle: (request: Request) => Promise<Answer>;
  /** At least 1. */
  readonly window: number;
  readonly stop: AbortSignal;
}

/** Answers a stream of requests, several at a time. Ends when the requests do, or with their error. */
export async function* acknowledge<Request, Answer>(
  requests: AsyncIterable<Request>,
  { handle, window, stop }: AcknowledgementOptions<Request, Answer>,
): AsyncIterable<Answer> {
  const line = new AnswerLine<Answer>(window);
  const onStop = (): void => line.close();
  stop.addEventListener('abort', onStop, { once: true });
  if (stop.aborted) line.close();
  // Its end, and its error, travel through the line.
  void readInto(line, requests, handle);
  try {
    for (let next = await line.first(); next !== undefined; next = await line.first()) yield await next.answer;
  } finally {
    stop.removeEventListener('abort', onStop);
    line.close();
  }
}

async function readInto<Request, Answer>(
  line: AnswerLine<Answer>,
  requests: AsyncIterable<Request>,
  handle: (request: Request) => Promise<Answer>,
): Promise<void> {
  try {
    for await (const request of requests) {
      if (line.closed) return; // A3
      line.join(handle(request));
      await line.room(); // A2
    }
    line.close();
  } catch (error) {
    line.close(fromUnknown(error));
  }
}

/** Answers on their way, in the order of their requests. */
class AnswerLine<Answer> {
  private readonly waiting: Promise<Answer>[] = [];
  private ended = false;
  private failure: Error | undefined;
  private wakeReader: () => void = () => undefined;
  private wakeWriter: () => void = () => undefined;

  constructor(private readonly window: number) {}

  get closed(): boolean {
    return this.ended;
  }

  /** Appends an answer. Its rejection is reported when its turn comes. */
  join(answer: Promise<Answer>): void {
    answer.catch(() => undefined);
    this.waiting.push(answer);
    this.wakeWriter();
  }

  /** Takes no more answers. Those in the line are still given; then comes the error, if there is one. */
  close(error?: Error): void {
    if (this.ended) return;
    this.ended = true;
    this.failure = error;
    this.wakeWriter();
    this.wakeReader();
  }

  /** Resolves when another answer may join. */
  async room(): Promise<void> {
    while (this.waiting.length >= this.window && !this.ended) {
      await new Promise<void>((resolve) => (this.wakeReader = resolve));
    }
  }

  /** The first answer of the line (A1); undefined at its end. Rejects with the error that closed it. */
  async first(): Promise<{ readonly answer: Promise<Answer> } | undefined> {
    while (this.waiting.length === 0) {
      if (this.failure !== undefined) throw this.failure;
      if (this.ended) return undefined;
      await new Promise<void>((resolve) => (this.wakeWriter = resolve));
    }
    const answer = this.waiting.shift();
    this.wakeReader();
    return answer === undefined ? undefined : { answer };
  }
}
