import { setImmediate as turnOfEventLoop } from 'node:timers/promises';

/** What a concurrent map is doing: shared by the one who reads requests and the one who takes answers. */
interface Progress<Answer> {
  ready: Answer[];
  unanswered: number;
  ended: boolean;
  failure: Error | undefined;
  /** Called when an answer is ready or the source has ended. */
  onChange: () => void;
  /** Called when answers were taken. */
  onTaken: () => void;
}

/**
 * Answers groups of requests as their answers become ready, all that are ready at once, at least one: no group is read from the
 * source while `limit` requests or more are unanswered. The operation must not reject. Throws what the source throws.
 */
export async function* mapConcurrently<Request, Answer>(
  source: AsyncIterable<readonly Request[]>,
  operation: (request: Request) => Promise<Answer>,
  limit: number,
): AsyncGenerator<readonly Answer[], void, undefined> {
  const progress: Progress<Answer> = {
    ready: [],
    unanswered: 0,
    ended: false,
    failure: undefined,
    onChange: () => undefined,
    onTaken: () => undefined,
  };
  void readAll(source, { operation, limit, progress });
  while (!progress.ended || progress.unanswered > 0) {
    if (progress.ready.length === 0) await new Promise<void>((resolve) => (progress.onChange = resolve));
    if (progress.failure !== undefined) throw progress.failure;
    await turnOfEventLoop(); // What gets ready together goes out together.
    const answers = progress.ready;
    progress.ready = [];
    if (answers.length > 0) yield answers;
    progress.unanswered -= answers.length;
    progress.onTaken();
  }
  if (progress.failure !== undefined) throw progress.failure; // The source broke while the last answers were given out.
}

interface Reading<Request, Answer> {
  readonly operation: (request: Request) => Promise<Answer>;
  readonly limit: number;
  readonly progress: Progress<Answer>;
}

async function readAll<Request, Answer>(
  source: AsyncIterable<readonly Request[]>,
  { operation, limit, progress }: Reading<Request, Answer>,
): Promise<void> {
  const answer = (request: Request): void => {
    progress.unanswered += 1;
    void operation(request).then((answered) => {
      progress.ready.push(answered);
      progress.onChange();
    });
  };
  try {
    for await (const requests of source) {
      requests.forEach(answer);
      while (progress.unanswered >= limit) await new Promise<void>((resolve) => (progress.onTaken = resolve));
    }
  } catch (error) {
    progress.failure = error instanceof Error ? error : new Error(String(error));
  }
  progress.ended = true;
  progress.onChange();
}
