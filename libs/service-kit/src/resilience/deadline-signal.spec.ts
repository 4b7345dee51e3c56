import { deadlineSignal } from './deadline-signal';

describe('deadlineSignal', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('aborts with DEADLINE_EXCEEDED when the time is over', () => {
    const { signal } = deadlineSignal(100);
    jest.advanceTimersByTime(99);
    expect(signal.aborted).toBe(false);
    jest.advanceTimersByTime(1);
    expect(signal.reason).toMatchObject({ code: 'DEADLINE_EXCEEDED' });
  });

  it('aborts with its parent, at once when the parent has already', () => {
    const parent = new AbortController();
    const early = deadlineSignal(100, parent.signal);
    parent.abort('gone');
    expect(early.signal.reason).toBe('gone');
    expect(deadlineSignal(100, parent.signal).signal.reason).toBe('gone');
    expect(jest.getTimerCount()).toBe(0);
  });

  it('leaves timer and parent when released', () => {
    const parent = new AbortController();
    const { signal, release } = deadlineSignal(100, parent.signal);
    release();
    parent.abort();
    expect(signal.aborted).toBe(false);
    expect(jest.getTimerCount()).toBe(0);
  });
});
