import { RebalanceMeter, type Disturbance } from './rebalance-meter';

/** Two replicas whose shares come right when the clock, which a look at them moves on, has come so far. */
function setUp({ evenAtMs = 3_000, longestWaitMs = 60_000, counts = [4, 4] } = {}) {
  const run = new AbortController();
  const events = new Map<number, () => void>();
  let now = 0;
  const look = (): void => {
    now += 1_000;
    events.get(now)?.();
  };
  const replicas = counts.map((count, i) => ({
    isRunning: true,
    parts: () => {
      if (i === 0) look();
      return Promise.resolve(now >= evenAtMs ? count : 0);
    },
  }));
  const meter = new RebalanceMeter(replicas, 8, { signal: run.signal, longestWaitMs, nowMs: () => now });
  const disturbAt = (atMs: number, what: Disturbance): void => void events.set(atMs, () => meter.disturb(what)());
  return { meter, run, replicas, disturbAt };
}

describe('RebalanceMeter', () => {
  it('measures from the cause until all is shared', async () => {
    const { meter } = setUp();
    expect(await meter.measure('kill')).toBe('after 3.0 s');
    expect(meter.measured).toEqual([{ cause: 'kill', tookMs: 3_000, sinceCauseMs: 3_000 }]);
  });

  it('measures from the last fault that took what leases need', async () => {
    const { meter, disturbAt } = setUp();
    disturbAt(1_000, 'leases');
    disturbAt(2_000, 'leases');
    expect(await meter.measure('hang')).toBe('after 3.0 s, 1.0 s past another fault');
    expect(meter.measured).toEqual([{ cause: 'hang', tookMs: 1_000, sinceCauseMs: 3_000 }]);
  });

  it('does not count while such a fault lasts', async () => {
    const { meter } = setUp();
    meter.disturb('leases');
    await meter.measure('kill');
    expect(meter.measured).toEqual([{ cause: 'kill', tookMs: 0, sinceCauseMs: 3_000 }]);
  });

  it('takes the store for an excuse only where a replica hands over', async () => {
    const tookMs = async (cause: 'join' | 'leave' | 'kill' | 'hang'): Promise<number | undefined> => {
      const { meter, disturbAt } = setUp();
      disturbAt(2_000, 'store');
      await meter.measure(cause);
      return meter.measured[0]?.tookMs;
    };
    expect(await Promise.all((['join', 'leave', 'kill', 'hang'] as const).map(tookMs))).toEqual([
      1_000, 1_000, 3_000, 3_000,
    ]);
  });

  it('looks at running replicas only', async () => {
    const { meter, replicas } = setUp({ counts: [8, 0] });
    Object.assign(replicas[1] ?? {}, { isRunning: false });
    await meter.measure('leave');
    expect(meter.measured).toMatchObject([{ cause: 'leave', tookMs: 3_000 }]);
  });

  it('gives up on a share that stays uneven', async () => {
    const { meter } = setUp({ counts: [7, 1], longestWaitMs: 30 });
    expect(await meter.measure('join')).toMatch(/^not within/);
    expect(meter.measured).toMatchObject([{ cause: 'join', tookMs: undefined }]);
  });

  it('measures nothing when the run ends before', async () => {
    const { meter, run } = setUp();
    run.abort();
    await meter.measure('join');
    expect(meter.measured).toEqual([]);
  });
});
