import fc from 'fast-check';
import { BusiestDay } from './busiest-day';

describe('BusiestDay', () => {
  it('is never below the true number', () => {
    const busiest = new BusiestDay();
    const truth = new Map<string, number>();
    const [events] = fc.sample(fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.nat(5)), { minLength: 200 }), 1);
    for (const [visitor, day] of events ?? []) {
      busiest.add(visitor, day);
      truth.set(`${visitor} ${day}`, (truth.get(`${visitor} ${day}`) ?? 0) + 1);
    }
    expect(busiest.upperBound).toBeGreaterThanOrEqual(Math.max(...truth.values()));
  });

  it('tells visitors and days apart', () => {
    const busiest = new BusiestDay();
    for (let i = 0; i < 100; i += 1) busiest.add(`visitor ${i}`, i);
    expect(busiest.upperBound).toBe(1);
  });
});
