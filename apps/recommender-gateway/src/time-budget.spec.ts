import { AffinityError } from '@affinity/service-kit';
import { TimeBudget, within } from './time-budget';

const patient = new AbortController().signal;
const never = (): Promise<never> => new Promise(() => undefined);

describe('TimeBudget', () => {
  it('gives the first steps 40 %, the next 50 % and everything 70 % of the time', () => {
    const budget = new TimeBudget({ deadlineAt: 1_200, signal: patient }, 1_000);
    const ends = [budget.gathering, budget.describing, budget.scoring].map(({ deadlineAt }) => deadlineAt);
    expect(ends).toEqual([1_080, 1_100, 1_140]);
    expect(new TimeBudget({ deadlineAt: 900, signal: patient }, 1_000).scoring.deadlineAt).toBe(1_000);
  });
});

describe('within', () => {
  it('gives the result of work that is in time', async () => {
    await expect(within({ deadlineAt: Date.now() + 10_000, signal: patient }, () => Promise.resolve(1))).resolves.toBe(
      1,
    );
  });

  it('does not wait for work that heeds nothing', async () => {
    const late = within({ deadlineAt: Date.now() + 5, signal: patient }, never);
    await expect(late).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
    const reason = new AffinityError('CANCELLED', 'gone');
    await expect(within({ deadlineAt: Date.now() + 10_000, signal: AbortSignal.abort(reason) }, never)).rejects.toBe(
      reason,
    );
  });
});
