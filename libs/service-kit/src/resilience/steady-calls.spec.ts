import { createManualClock } from './manual-clock';
import { callSteadily } from './steady-calls';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('callSteadily', () => {
  it('begins calls at the rate, a second’s worth at once at first, and none after the signal', async () => {
    const clock = createManualClock();
    const end = new AbortController();
    const beganAt: number[] = [];
    const call = (n: number): Promise<void> => {
      beganAt.push(clock.now());
      if (n === 5) end.abort();
      return Promise.resolve();
    };
    await callSteadily(call, { perSecond: 2, signal: end.signal, clock });
    expect(beganAt).toEqual([0, 0, 500, 1_000, 1_500, 2_000]);
  });

  it('takes rates below one a second', async () => {
    const clock = createManualClock();
    const end = new AbortController();
    const call = (n: number): Promise<void> => {
      if (n === 2) end.abort();
      return Promise.resolve();
    };
    await callSteadily(call, { perSecond: 0.5, signal: end.signal, clock });
    expect(clock.now()).toBe(4_000);
  });

  it('does not wait for a call before it begins the next, and waits for all in the end', async () => {
    const end = new AbortController();
    const answer: (() => void)[] = [];
    let ended = false;
    const call = (n: number): Promise<void> => {
      if (n === 2) end.abort();
      return new Promise((resolve) => answer.push(resolve));
    };
    const calling = callSteadily(call, { perSecond: 10, signal: end.signal }).then(() => (ended = true));
    while (answer.length < 3) await turn();
    answer.pop()?.();
    await turn();
    expect(ended).toBe(false);
    for (const resolve of answer) resolve();
    await calling;
  });

  it('ends with the first call that fails, once the others have ended', async () => {
    let begun = 0;
    let over = 0;
    const call = async (n: number): Promise<void> => {
      begun += 1;
      await turn();
      over += 1;
      if (n === 1) throw new Error('the second');
    };
    const calling = callSteadily(call, { perSecond: 10, signal: new AbortController().signal });
    await expect(calling).rejects.toThrow('the second');
    expect(over).toBe(begun);
  });
});
