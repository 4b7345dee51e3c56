/** What a concurrent map is doing: shared by the one who reads requests and the one who takes answers. */
interface Progress<Answer> {
  readonly ready: Answer[];
  unanswered: number;
  ended: boolean;
  failure: Error | undefined;
  /** Called when an answer is ready or the source has ended. */
  onChange: () => void;
  /** Called when answers were taken. */
  onTaken: () => void;
}

/**
 * Answers requests as their answers become ready, at most `limit` at a time: no more are read from the source while so many
 * are unanswered. The operation must not reject. Throws what the source throws.
 */
export async function* mapConcurrently<Request, Answer>(
  source: AsyncIterable<Request>,
  operation: (request: Request) => Promise<Answer>,
  limit: number,
): AsyncGenerator<Answer, void, undefined> {
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
    for (const answer of progress.ready.splice(0)) {
      progress.unanswered -= 1;
      yield answer;
    }
    progress.onTaken();
  }
}

interface Reading<Request, Answer> {
  readonly operation: (request: Request) => Promise<Answer>;
  readonly limit: number;
  readonly progress: Progress<Answer>;
}

async function readAll<Request, Answer>(
  source: AsyncIterable<Request>,
  { operation, limit, progress }: Reading<Request, Answer>,
): Promise<void> {
  try {
    for await (const request of source) {
      progress.unanswered += 1;
      void operation(request).then((answer) => {
        progress.ready.push(answer);
        progress.onChange();
      });
      while (progress.unanswered >= limit) await new Promise<void>((resolve) => (progress.onTaken = resolve));
    }
  } catch (error) {
    progress.failure = error instanceof Error ? error : new Error(String(error));
  }
  progress.ended = true;
  progress.onChange();
}
