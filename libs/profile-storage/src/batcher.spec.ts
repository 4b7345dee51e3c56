import { Batcher } from './batcher';

function setUp(concurrency: number) {
  const batches: (readonly number[])[] = [];
  const finish: (() => void)[] = [];
  const batcher = new Batcher<number, string>({
    maxBatch: 3,
    maxBytes: 100,
    concurrency,
    sizeOf: (request) => request,
    execute: (batch) => {
      batches.push(batch);
      return new Promise((resolve) => finish.push(() => resolve(batch.map((request) => `r${request}`))));
    },
  });
  return { batcher, batches, finish };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('Batcher', () => {
  it('sends at once when it can, and puts together what came meanwhile', async () => {
    const { batcher, batches, finish } = setUp(1);
    const answers = [batcher.submit(1)];
    await turn();
    for (const request of [2, 3, 4, 5]) answers.push(batcher.submit(request));
    await turn();
    expect(batches).toEqual([[1]]);
    for (const expected of [
      [[1], [2, 3, 4]],
      [[1], [2, 3, 4], [5]],
    ]) {
      finish.shift()?.();
      await turn();
      await turn();
      expect(batches).toEqual(expected);
    }
    finish.shift()?.();
    expect(await Promise.all(answers)).toEqual(['r1', 'r2', 'r3', 'r4', 'r5']);
  });

  it('keeps a batch within its bytes, and sends a larger request alone', async () => {
    const { batcher, batches } = setUp(9);
    for (const request of [60, 60, 500, 10]) void batcher.submit(request);
    await turn();
    expect(batches).toEqual([[60], [60], [500], [10]]);
  });

  it('never puts two requests of the same name into a batch', async () => {
    const batches: (readonly string[])[] = [];
    const batcher = new Batcher<string, string>({
      maxBatch: 9,
      maxBytes: 100,
      concurrency: 9,
      sizeOf: () => 1,
      nameOf: (request) => request,
      execute: (batch) => {
        batches.push(batch);
        return Promise.resolve(batch);
      },
    });
    await Promise.all(['a', 'b', 'a', 'c', 'a'].map((request) => batcher.submit(request)));
    expect(batches).toEqual([['a', 'b'], ['a', 'c'], ['a']]);
  });

  it('fails each request of a batch that fails', async () => {
    const batcher = new Batcher<number, string>({
      maxBatch: 3,
      maxBytes: 100,
      concurrency: 1,
      sizeOf: () => 1,
      execute: () => Promise.reject(new Error('away')),
    });
    const results = await Promise.allSettled([batcher.submit(1), batcher.submit(2)]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });
});
