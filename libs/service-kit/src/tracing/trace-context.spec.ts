import { setImmediate } from 'node:timers/promises';
import { activeTrace, carryTraces, extractTrace, injectTrace, runWithTrace } from './trace-context';
import { withSpan } from './with-span';

const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

function injected(): Record<string, string> {
  const headers: Record<string, string> = {};
  injectTrace((name, value) => (headers[name] = value));
  return headers;
}

describe('trace context', () => {
  beforeAll(carryTraces);

  it('writes nothing when no trace is active', () => {
    expect(injected()).toEqual({});
    expect(activeTrace()).toBeUndefined();
  });

  it('carries the trace of a caller on through asynchronous code', async () => {
    const headers = await runWithTrace(traceparent, async () => {
      await setImmediate();
      return injected();
    });
    expect(headers['traceparent']).toBe(traceparent);
  });

  it('ignores a malformed traceparent', () => {
    expect(runWithTrace('00-nonsense', injected)).toEqual({});
  });

  it('keeps the trace of the parent inside a span when nothing is recorded', async () => {
    const parent = extractTrace((name) => (name === 'traceparent' ? traceparent : undefined));
    const headers = await withSpan('fold', { parent }, async () => injected());
    expect(headers['traceparent']).toBe(traceparent);
  });

  it('passes on what the work throws', async () => {
    const failure = new Error('broken');
    await expect(withSpan('fold', {}, () => Promise.reject(failure))).rejects.toBe(failure);
  });
});
