import { Semaphore } from './semaphore';

function gate() {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

describe('Semaphore', () => {
  it('runs up to its limit, lets the next wait in order, and refuses the rest with a count', async () => {
    const semaphore = new Semaphore({ limit: 1, maxWaiting: 2, retryAfterMs: 40 });
    const { opened, open } = gate();
    const order: number[] = [];
    const first = semaphore.run(() => opened);
    const waiting = [1, 2].map((turn) => semaphore.run(async () => void order.push(turn)));
    await expect(semaphore.run(async () => undefined)).rejects.toMatchObject({
      code: 'RESOURCE_EXHAUSTED',
      retryAfterMs: 40,
    });
    expect(semaphore).toMatchObject({ inUse: 1, waiting: 2, refused: 1 });
    open();
    await Promise.all([first, ...waiting]);
    expect(order).toEqual([1, 2]);
    expect(semaphore).toMatchObject({ inUse: 0, waiting: 0 });
  });

  it('frees the place of a task that failed', async () => {
    const semaphore = new Semaphore({ limit: 1 });
    await expect(semaphore.run(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    expect(await semaphore.run(async () => 'next')).toBe('next');
  });

  it('takes an aborted task out of the line', async () => {
    const semaphore = new Semaphore({ limit: 1, maxWaiting: 1 });
    const { opened, open } = gate();
    const first = semaphore.run(() => opened);
    const controller = new AbortController();
    const waiting = semaphore.run(async () => undefined, controller.signal);
    controller.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(semaphore.waiting).toBe(0);
    open();
    await first;
  });
});
