import { internal, resourceExhausted, unavailable } from '../errors';
import { createManualClock } from './manual-clock';
import { retry } from './retry';
import { createRetryBudget } from './retry-budget';

const failing = (error: unknown, failures = Infinity) => {
  const operation = jest.fn(async (attempt: number) => {
    if (attempt <= failures) throw error;
    return attempt;
  });
  return operation;
};

describe('retry', () => {
  it('repeats with growing, jittered pauses until it succeeds', async () => {
    const clock = createManualClock(0.5);
    expect(await retry(failing(unavailable('down'), 3), { attempts: 5, clock })).toBe(4);
    expect(clock.sleeps).toEqual([25, 50, 100]);
  });

  it('never pauses longer than the bound', async () => {
    const clock = createManualClock(1);
    await expect(retry(failing(unavailable('down')), { attempts: 9, maxDelayMs: 120, clock })).rejects.toThrow('down');
    expect(Math.max(...clock.sleeps)).toBe(120);
  });

  it('does not repeat what cannot succeed', async () => {
    const operation = failing(internal('bug'));
    await expect(retry(operation, { clock: createManualClock() })).rejects.toMatchObject({ code: 'INTERNAL' });
    expect(operation).toHaveBeenCalledTimes(1);
  });

  it('waits at least as long as the error asks', async () => {
    const clock = createManualClock(0);
    await retry(failing(resourceExhausted('busy', 700), 1), { clock });
    expect(clock.sleeps).toEqual([700]);
  });

  it('begins no pause that would reach the deadline', async () => {
    const clock = createManualClock(0.5);
    const operation = failing(unavailable('down'));
    await expect(retry(operation, { attempts: 9, deadlineAt: 60, clock })).rejects.toThrow('down');
    expect(clock.sleeps).toEqual([25]);
  });

  it('stops when its signal aborts', async () => {
    const controller = new AbortController();
    const operation = jest.fn(async () => {
      controller.abort();
      throw unavailable('down');
    });
    await expect(
      retry(operation, { attempts: 9, signal: controller.signal, clock: createManualClock() }),
    ).rejects.toThrow();
    expect(operation).toHaveBeenCalledTimes(1);
  });

  it('stops multiplying an outage once the shared budget is used up, and recovers', async () => {
    const clock = createManualClock();
    const budget = createRetryBudget({ maxTokens: 4, tokenRatio: 1 });
    const operation = failing(unavailable('down'));
    await expect(retry(operation, { attempts: 9, budget, clock })).rejects.toThrow('down');
    expect(operation).toHaveBeenCalledTimes(2);
    await retry(failing(unavailable('down'), 0), { budget, clock });
    await retry(failing(unavailable('down'), 0), { budget, clock });
    expect(await retry(failing(unavailable('down'), 1), { budget, clock })).toBe(2);
  });
});
