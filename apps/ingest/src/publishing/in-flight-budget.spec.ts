import { InFlightBudget } from './in-flight-budget';

describe('InFlightBudget', () => {
  it('takes whole calls or nothing', () => {
    const budget = new InFlightBudget(10);
    expect([budget.tryTake(6), budget.tryTake(5), budget.tryTake(4), budget.inFlight]).toEqual([true, false, true, 10]);
    budget.release(6);
    expect([budget.tryTake(5), budget.inFlight]).toEqual([true, 9]);
  });

  it('tells the refused when to come back', () => {
    expect(new InFlightBudget(0).refusal()).toMatchObject({ code: 'RESOURCE_EXHAUSTED', retryAfterMs: 100 });
  });
});
