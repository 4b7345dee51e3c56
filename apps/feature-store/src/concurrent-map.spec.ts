import { setImmediate as turn } from 'node:timers/promises';
import { mapConcurrently } from './concurrent-map';

/** Numbers in groups of 1, 2, 3, 1, 2, 3 and so on. */
async function* numbers(count: number, onRead: (n: number) => void = () => undefined): AsyncGenerator<number[]> {
  for (let n = 0, groups = 0; n < count; groups += 1) {
    const group = Array.from({ length: Math.min((groups % 3) + 1, count - n) }, (_, i) => n + i);
    n += group.length;
    onRead(n);
    yield group;
  }
}

async function collect<T>(answers: AsyncIterable<readonly T[]>): Promise<T[]> {
  const all: T[] = [];
  for await (const some of answers) all.push(...some);
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

  it('gives out together what is ready together', async () => {
    async function* pair(): AsyncGenerator<number[]> {
      yield [1, 2];
    }
    const answers: (readonly number[])[] = [];
    for await (const some of mapConcurrently(pair(), (n) => Promise.resolve(-n), 8)) answers.push(some);
    expect(answers).toEqual([[-1, -2]]);
  });

  it('reads no further than its limit while nobody takes the answers', async () => {
    let read = 0;
    const answers = mapConcurrently(
      numbers(100, (n) => (read = n)),
      (n) => Promise.resolve(n),
      8,
    );
    await answers.next();
    for (let i = 0; i < 50; i += 1) await turn();
    expect(read).toBeLessThanOrEqual(10);
    await answers.return(undefined);
  });

  it.each([0, 1, 2, 3, 4])('fails as its source fails, %i turns after all that it gave', async (turns) => {
    async function* broken(): AsyncGenerator<number[]> {
      yield [1];
      for (let i = 0; i < turns; i += 1) await turn();
      throw new Error('source broke');
    }
    await expect(collect(mapConcurrently(broken(), (n) => Promise.resolve(n), 4))).rejects.toThrow('source broke');
  });
});
