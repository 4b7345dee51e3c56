import { AffinityError, unavailable } from '../errors';
import { CircuitBreaker, type CircuitBreakerOptions } from './circuit-breaker';
import { createManualClock } from './manual-clock';

function setUp(options: Partial<CircuitBreakerOptions> = {}) {
  const clock = createManualClock();
  const states: string[] = [];
  const breaker = new CircuitBreaker({
    name: 'personalize',
    minCalls: 4,
    clock,
    onChange: (state) => states.push(state),
    ...options,
  });
  const succeed = () => breaker.run(async () => 'answer');
  const fail = (error = unavailable('down')) => breaker.run(() => Promise.reject(error)).catch(() => undefined);
  const failTimes = async (times: number) => {
    for (let call = 0; call < times; call += 1) await fail();
  };
  return { breaker, clock, states, succeed, fail, failTimes };
}

function deferred() {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((settle) => (resolve = settle));
  return { promise, resolve };
}

describe('CircuitBreaker', () => {
  it('opens at the failure ratio once enough calls ended, and then refuses at once', async () => {
    const { breaker, succeed, failTimes } = setUp();
    await succeed();
    await succeed();
    await failTimes(1);
    expect(breaker.state).toBe('closed');
    await failTimes(1);
    expect(breaker.state).toBe('open');
    await expect(succeed()).rejects.toMatchObject({ code: 'UNAVAILABLE', retryAfterMs: 2_000 });
  });

  it('does not blame the other side for bad requests', async () => {
    const { breaker, fail } = setUp();
    for (let call = 0; call < 10; call += 1) await fail(new AffinityError('INVALID_ARGUMENT', 'no item id'));
    expect(breaker.state).toBe('closed');
  });

  it('learns nothing from neutral outcomes, and probes again after one', async () => {
    const { breaker, clock, succeed, fail, failTimes } = setUp();
    const cancelled = new AffinityError('CANCELLED', 'the caller left');
    for (let call = 0; call < 20; call += 1) await fail(cancelled);
    expect(breaker.state).toBe('closed');
    await failTimes(4);
    clock.advance(2_000);
    for (let call = 0; call < 5; call += 1) await fail(cancelled);
    expect(breaker.state).toBe('half-open');
    await succeed();
    await succeed();
    expect(breaker.state).toBe('closed');
  });

  it('forgets failures older than the window', async () => {
    const { breaker, clock, failTimes } = setUp({ windowMs: 1_000 });
    await failTimes(3);
    clock.advance(1_001);
    await failTimes(3);
    expect(breaker.state).toBe('closed');
  });

  it('closes after enough probes succeeded', async () => {
    const { clock, states, succeed, failTimes } = setUp();
    await failTimes(4);
    clock.advance(2_000);
    await succeed();
    await succeed();
    expect(states).toEqual(['open', 'half-open', 'closed']);
  });

  it('opens again when a probe fails', async () => {
    const { clock, states, failTimes } = setUp();
    await failTimes(4);
    clock.advance(2_000);
    await failTimes(1);
    expect(states).toEqual(['open', 'half-open', 'open']);
  });

  it('lets only so many probes pass at a time', async () => {
    const { breaker, clock, succeed, failTimes } = setUp({ probes: 1 });
    await failTimes(4);
    clock.advance(2_000);
    const { promise, resolve } = deferred();
    const probe = breaker.run(() => promise);
    await expect(succeed()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    resolve();
    await probe;
    expect(breaker.state).toBe('closed');
  });

  it('ignores outcomes of calls that began before it opened', async () => {
    const { breaker, clock, succeed, failTimes } = setUp({ probes: 2 });
    const { promise, resolve } = deferred();
    const slow = breaker.run(() => promise);
    await failTimes(4);
    clock.advance(2_000);
    await succeed();
    resolve();
    await slow;
    expect(breaker.state).toBe('half-open');
  });
});
