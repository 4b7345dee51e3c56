import { createManualClock } from '@affinity/service-kit';
import { SharedQuota } from './shared-quota';

const patient = new AbortController().signal;

describe('SharedQuota', () => {
  it.each([
    [8, 1_000],
    [4, 500],
    [1, 125],
  ])('gives a replica with %i of 8 partitions %i of 1,000 calls a second', async (held, calls) => {
    const clock = createManualClock();
    const quota = new SharedQuota({ ratePerSecond: 1_000, partitions: 8, clock });
    quota.hold(held);
    for (let i = 0; i < calls; i += 1) await quota.take(patient);
    // A tenth of a second's worth is there from the start.
    expect(clock.now()).toBeGreaterThan(890);
    expect(clock.now()).toBeLessThan(910);
  });

  it('gives a place back that was not waited for', async () => {
    const quota = new SharedQuota({ ratePerSecond: 1, partitions: 1, clock: createManualClock() });
    await quota.take(patient);
    await expect(quota.take(AbortSignal.abort(new Error('stopping')))).rejects.toThrow('stopping');
  });
});
