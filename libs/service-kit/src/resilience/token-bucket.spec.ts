import { createManualClock } from './manual-clock';
import { TokenBucket } from './token-bucket';

describe('TokenBucket', () => {
  it('starts full, empties, and fills at its rate up to its burst', () => {
    const clock = createManualClock();
    const bucket = new TokenBucket({ ratePerSecond: 10, burst: 2, clock });
    expect([bucket.tryTake(), bucket.tryTake(), bucket.tryTake()]).toEqual([true, true, false]);
    clock.advance(100);
    expect([bucket.tryTake(), bucket.tryTake()]).toEqual([true, false]);
    clock.advance(60_000);
    expect([bucket.tryTake(2), bucket.tryTake()]).toEqual([true, false]);
  });

  it('makes callers wait in order, each for its own tokens', async () => {
    const clock = createManualClock();
    const sleeps: number[] = [];
    const frozen = { ...clock, sleep: async (ms: number) => void sleeps.push(ms) };
    const bucket = new TokenBucket({ ratePerSecond: 10, burst: 2, clock: frozen });
    await Promise.all([bucket.take(2), bucket.take(2), bucket.take(1)]);
    expect(sleeps).toEqual([200, 300]);
  });

  it('gives tokens back when a wait is aborted', async () => {
    const clock = createManualClock();
    const bucket = new TokenBucket({ ratePerSecond: 10, burst: 1, clock });
    await bucket.take();
    await expect(bucket.take(1, AbortSignal.abort())).rejects.toThrow();
    clock.advance(100);
    expect(bucket.tryTake()).toBe(true);
  });

  it('refuses what could never be served', async () => {
    await expect(new TokenBucket({ ratePerSecond: 1, burst: 1 }).take(2)).rejects.toThrow(RangeError);
  });
});
