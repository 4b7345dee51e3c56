import { ReplayPace } from './replay-pace';

function setUp() {
  let nowMs = 0;
  const sleeps: number[] = [];
  const sleep = (ms: number): Promise<void> => {
    sleeps.push(ms);
    nowMs += ms;
    return Promise.resolve();
  };
  const pace = new ReplayPace({ startRate: 1_000, targetMs: 100, now: () => nowMs, sleep });
  return { pace, sleeps, elapsed: () => nowMs };
}

const { signal } = new AbortController();

describe('ReplayPace', () => {
  it('lets so many events pass a second', async () => {
    const { pace, elapsed } = setUp();
    for (let i = 0; i < 11; i += 1) await pace.take(100, signal);
    expect(elapsed()).toBe(1_000);
  });

  it('goes faster step by step while answers are fresh, and slower at once when they are not', () => {
    const { pace } = setUp();
    pace.heard(100);
    pace.heard(20);
    expect(pace.eventsPerSecond).toBe(1_200);
    pace.heard(101);
    expect(pace.eventsPerSecond).toBeCloseTo(960);
  });

  it('never stands still', () => {
    const { pace } = setUp();
    for (let i = 0; i < 100; i += 1) pace.heard(60_000);
    expect(pace.eventsPerSecond).toBe(50);
  });
});
