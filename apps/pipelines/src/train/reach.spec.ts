import type { ControlState } from '@affinity/personalize';
import { AffinityError, createManualClock } from '@affinity/service-kit';
import { reach, type Reachable } from './reach';

interface Thing {
  readonly state: ControlState;
  readonly failureReason?: string;
}

/** A thing whose lookups give these answers, the last one for ever; undefined until it was asked for. */
function thing(answers: readonly (Thing | undefined)[], over: Partial<Reachable<Thing>> = {}) {
  const calls = { made: 0, looked: 0 };
  const reachable: Reachable<Thing> = {
    what: 'the thing',
    find: () => Promise.resolve(answers[Math.min(calls.looked++, answers.length - 1)]),
    make: () => Promise.resolve((calls.made += 1)),
    ...over,
  };
  return { calls, reachable };
}

function run(reachable: Reachable<Thing>, deadlineAt = 3_600_000): Promise<Thing> {
  return reach(reachable, { clock: createManualClock(), deadlineAt, progress: () => undefined });
}

describe('reach', () => {
  it('takes what is ready without asking for it', async () => {
    const { calls, reachable } = thing([{ state: 'ready' }]);
    await run(reachable);
    expect(calls).toEqual({ made: 0, looked: 1 });
  });

  it('asks once for what is missing, also while it is not listed yet, and once what was there has left', async () => {
    const { calls, reachable } = thing([
      { state: 'leaving' },
      undefined,
      undefined,
      { state: 'making' },
      { state: 'ready' },
    ]);
    expect(await run(reachable)).toEqual({ state: 'ready' });
    expect(calls.made).toBe(1);
  });

  it('goes on when somebody else asked before', async () => {
    const make = () => Promise.reject(new AffinityError('ALREADY_EXISTS', 'there'));
    expect(await run(thing([undefined, { state: 'ready' }], { make }).reachable)).toEqual({ state: 'ready' });
  });

  it('says why it failed', async () => {
    const { reachable } = thing([{ state: 'failed', failureReason: 'too little data' }]);
    await expect(run(reachable)).rejects.toThrow('the thing failed: too little data');
  });

  it('waits for a quota only where it frees itself', async () => {
    let calls = 0;
    const make = () => {
      calls += 1;
      return calls < 3 ? Promise.reject(new AffinityError('RESOURCE_EXHAUSTED', 'five jobs')) : Promise.resolve();
    };
    const answers = [undefined, undefined, undefined, { state: 'ready' } as const];
    expect(await run(thing(answers, { make, quotaPasses: true }).reachable)).toEqual({ state: 'ready' });
    expect(calls).toBe(3);
    calls = 0;
    await expect(run(thing(answers, { make }).reachable)).rejects.toMatchObject({ code: 'RESOURCE_EXHAUSTED' });
  });

  it('gives up waiting, not the work', async () => {
    await expect(run(thing([{ state: 'making' }]).reachable, 60_000)).rejects.toMatchObject({
      code: 'DEADLINE_EXCEEDED',
      message: expect.stringContaining('run the command again') as string,
    });
  });
});
