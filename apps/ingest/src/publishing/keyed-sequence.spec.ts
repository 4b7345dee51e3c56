import fc from 'fast-check';
import { KeyedSequence } from './keyed-sequence';

describe('KeyedSequence', () => {
  it('runs tasks of a key in order and one at a time, whatever each takes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.boolean()), { maxLength: 30 }),
        fc.scheduler(),
        async (tasks, scheduler) => {
          const sequence = new KeyedSequence<number>();
          const running = new Set<string>();
          const order = new Map<string, number[]>();
          const all = tasks.map(([key, fails], i) =>
            sequence.run(key, async () => {
              expect(running.has(key)).toBe(false);
              running.add(key);
              await scheduler.schedule(Promise.resolve());
              running.delete(key);
              order.set(key, [...(order.get(key) ?? []), i]);
              if (fails) throw new Error('failed');
              return i;
            }),
          );
          const settled = Promise.allSettled(all);
          await scheduler.waitFor(settled);
          for (const indices of order.values())
            expect(indices).toEqual([...indices].sort((left, right) => left - right));
          expect((await settled).filter(({ status }) => status === 'rejected')).toHaveLength(
            tasks.filter(([, fails]) => fails).length,
          );
          expect(sequence.size).toBe(0);
        },
      ),
    );
  });

  it('gives a task the result of the one that it waited for, and nothing when it did not wait', async () => {
    const sequence = new KeyedSequence<string>();
    const seen: (string | undefined)[] = [];
    const task = (name: string) => async (previous: string | undefined) => {
      seen.push(previous);
      return name;
    };
    await Promise.all([
      sequence.run('a', task('first')),
      sequence.run('a', task('second')),
      sequence.run('b', task('x')),
    ]);
    await sequence.run('a', task('third'));
    expect(seen).toEqual([undefined, undefined, 'first', undefined]);
  });
});
