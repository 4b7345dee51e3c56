import fc from 'fast-check';
import { acknowledge } from './acknowledgements';

async function* from<T>(values: readonly T[], onRead: (value: T) => void = () => undefined): AsyncIterable<T> {
  for (const value of values) {
    onRead(value);
    yield value;
  }
}

async function all<T>(answers: AsyncIterable<T>): Promise<readonly T[]> {
  const taken: T[] = [];
  for await (const answer of answers) taken.push(answer);
  return taken;
}

const never = new AbortController().signal;

describe('acknowledge', () => {
  it('answers in the order of the requests, whichever is ready first, within the window', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(30), fc.integer({ min: 1, max: 5 }), fc.scheduler(), async (count, window, scheduler) => {
        const requests = Array.from({ length: count }, (_, i) => i);
        let unanswered = 0;
        let most = 0;
        const handle = async (request: number) => {
          unanswered += 1;
          most = Math.max(most, unanswered);
          await scheduler.schedule(Promise.resolve());
          unanswered -= 1;
          return request;
        };
        const answers = all(acknowledge(from(requests), { handle, window, stop: never }));
        await scheduler.waitFor(answers);
        expect(await answers).toEqual(requests);
        // One more may be under way: the first has left the line and waits to be taken.
        expect(most).toBeLessThanOrEqual(window + 1);
      }),
    );
  });

  it('reads no further while nobody takes the answers', async () => {
    const read: number[] = [];
    const requests = from(
      Array.from({ length: 100 }, (_, i) => i),
      (value) => read.push(value),
    );
    const answers = acknowledge(requests, { handle: (value) => Promise.resolve(value), window: 3, stop: never });
    const iterator = answers[Symbol.asyncIterator]();
    expect((await iterator.next()).value).toBe(0);
    await new Promise((resolve) => setImmediate(resolve));
    expect(read.length).toBeLessThanOrEqual(4);
    await iterator.return?.();
  });

  it('answers what was read before it ends with the error of the requests', async () => {
    async function* broken(): AsyncIterable<number> {
      yield 1;
      throw new Error('connection lost');
    }
    const taken: number[] = [];
    const reading = (async () => {
      for await (const answer of acknowledge(broken(), {
        handle: (value) => Promise.resolve(value),
        window: 9,
        stop: never,
      })) {
        taken.push(answer);
      }
    })();
    await expect(reading).rejects.toThrow('connection lost');
    expect(taken).toEqual([1]);
  });

  it('ends when it is told to stop, with the answers of what was read', async () => {
    const stop = new AbortController();
    async function* endless(): AsyncIterable<number> {
      yield 1;
      yield 2;
      stop.abort();
      await new Promise(() => undefined);
    }
    const options = { handle: (value: number) => Promise.resolve(value), window: 9, stop: stop.signal };
    expect(await all(acknowledge(endless(), options))).toEqual([1, 2]);
  });
});
