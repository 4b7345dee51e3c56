import { setImmediate as turn } from 'node:timers/promises';
import { mapConcurrently } from './concurrent-map';

async function* numbers(count: number, onRead: (n: number) => void = () => undefined): AsyncGenerator<number> {
  for (let n = 0; n < count; n += 1) {
    onRead(n);
    yield n;
  }
}

async function collect<T>(answers: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const answer of answers) all.push(answer);
  return all;
}

describe('mapConcurrently', () => {
  it('answers every request, whatever order they get ready in', async () => {
    const answers = await collect(
      mapConcurrently(
        numbers(100),
        async (n) => {
          for (let i = 0; i < n % 7; i += 1) await turn();
          return n;
        },
        8,
      ),
    );
    expect(answers.sort((left, right) => left - right)).toEqual(Array.from({ length: 100 }, (_, n) => n));
  });

  it('reads no further than its limit while nobody takes the answers', async () => {
    let read = 0;
    const answers = mapConcurrently(
      numbers(100, (n) => (read = n + 1)),
      (n) => Promise.resolve(n),
      8,
    );
    await answers.next();
    for (let i = 0; i < 50; i += 1) await turn();
    expect(read).toBeLessThanOrEqual(9);
    await answers.return(undefined);
  });

  it('fails as its source fails', async () => {
    async function* broken(): AsyncGenerator<number> {
      yield 1;
      throw new Error('source broke');
    }
    await expect(collect(mapConcurrently(broken(), (n) => Promise.resolve(n), 4))).rejects.toThrow('source broke');
  });
});
