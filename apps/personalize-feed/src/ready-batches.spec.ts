import { readyBatches } from './ready-batches';

async function* failing(): AsyncGenerator<number, void> {
  yield* [1, 2];
  await Promise.reject(new Error('broken'));
}

describe('readyBatches', () => {
  it('yields what is ready together, at most so many', async () => {
    async function* source(): AsyncGenerator<number, void> {
      yield* [1, 2, 3, 4, 5];
    }
    const batches: (readonly number[])[] = [];
    for await (const batch of readyBatches(source(), 2)) batches.push(batch);
    expect(batches).toEqual([[1, 2], [3, 4], [5]]);
  });

  it('does not wait for what is not ready', async () => {
    let open = (): void => undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    async function* source(): AsyncGenerator<number, void> {
      yield 1;
      await gate;
      yield 2;
    }
    const batches = readyBatches(source(), 10);
    expect((await batches.next()).value).toEqual([1]);
    open();
    expect((await batches.next()).value).toEqual([2]);
    expect((await batches.next()).done).toBe(true);
  });

  it('throws what the source throws, after what came before', async () => {
    const batches = readyBatches(failing(), 10);
    expect((await batches.next()).value).toEqual([1, 2]);
    await expect(batches.next()).rejects.toThrow('broken');
  });
});
