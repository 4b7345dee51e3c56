import { AffinityError, fromUnknown, internal, invalidArgument, resourceExhausted, unavailable } from './errors';

describe('AffinityError', () => {
  it('is retryable when repeating can help, and only then', () => {
    expect(unavailable('store is down').retryable).toBe(true);
    expect(resourceExhausted('too many calls', 50).retryable).toBe(true);
    expect(new AffinityError('RESOURCE_EXHAUSTED', 'message too large').retryable).toBe(false);
    expect(internal('bug').retryable).toBe(false);
    expect(unavailable('closed for good', { retryable: false }).retryable).toBe(false);
  });

  it('names every violated field in its message', () => {
    const error = invalidArgument([
      { field: 'user_id', description: 'is required', rule: 'REQUIRED' },
      { field: 'events[2].type', description: 'must be one of view, park' },
    ]);
    expect(error.message).toBe('user_id: is required; events[2].type: must be one of view, park');
    expect(error.fieldViolations).toHaveLength(2);
  });
});

describe('fromUnknown', () => {
  it('keeps an Affinity error as it is', () => {
    const error = unavailable('down');
    expect(fromUnknown(error)).toBe(error);
  });

  it('maps aborts and timeouts of the platform', () => {
    expect(fromUnknown(AbortSignal.abort().reason).code).toBe('CANCELLED');
    expect(fromUnknown(new DOMException('late', 'TimeoutError')).code).toBe('DEADLINE_EXCEEDED');
  });

  it('follows the reason that an abort wraps', () => {
    const reason = new AffinityError('DEADLINE_EXCEEDED', 'deadline exceeded');
    const wrapped = Object.assign(new Error('aborted', { cause: reason }), { name: 'AbortError' });
    expect(fromUnknown(wrapped)).toBe(reason);
  });

  it('wraps anything else as INTERNAL and keeps the cause', () => {
    const cause = new TypeError('x is not a function');
    expect(fromUnknown(cause)).toMatchObject({ code: 'INTERNAL', cause });
    expect(fromUnknown('text')).toMatchObject({ code: 'INTERNAL', cause: 'text' });
  });
});
