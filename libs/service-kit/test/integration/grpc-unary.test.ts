import { Client, credentials, Metadata } from '@grpc/grpc-js';
import { invalidArgument, resourceExhausted, unavailable } from '../../src/errors';
import { type CallContext } from '../../src/grpc/call-context';
import { activeTrace, carryTraces, runWithTrace } from '../../src/tracing/trace-context';
import { deferred, until } from '../until';
import { withServer } from '../running-server';

const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const say = async (request: { text: string }) => ({ text: request.text.toUpperCase() });

describe('unary calls', () => {
  it('answer, and are counted by method and code', async () => {
    await withServer({ say }, {}, async ({ client, metrics }) => {
      expect(await client.say({ text: 'hello' })).toEqual({ text: 'HELLO' });
      const text = await metrics.render();
      expect(text).toContain(
        'affinity_grpc_server_calls_total{method="affinity.test.v1.EchoService/Say",code="OK",service="echo"} 1',
      );
      expect(text).toContain(
        'affinity_grpc_server_seconds_count{service="echo",method="affinity.test.v1.EchoService/Say"} 1',
      );
    });
  });

  it('answer UNIMPLEMENTED where there is no handler', async () => {
    await withServer({ say }, {}, async ({ client }) => {
      await expect(client.unanswered({ text: '' })).rejects.toMatchObject({ code: 'UNIMPLEMENTED' });
    });
  });

  it('carry field violations to the caller', async () => {
    const violations = [{ field: 'text', description: 'is required', rule: 'REQUIRED' }];
    await withServer({ say: () => Promise.reject(invalidArgument(violations)) }, {}, async ({ client }) => {
      await expect(client.say({ text: '' })).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
        fieldViolations: violations,
      });
    });
  });

  it('hide what went wrong inside, and log it under the id that the caller got', async () => {
    const fail = () => Promise.reject(new TypeError('password is hunter2'));
    await withServer({ say: fail }, {}, async ({ client, logLines }) => {
      const error = await client.say({ text: '' }).catch((thrown: unknown) => thrown as Error);
      expect(error).toMatchObject({
        code: 'INTERNAL',
        message: expect.stringMatching(/^internal error [0-9a-f-]{36}$/) as string,
      });
      const line = JSON.parse(logLines[0] ?? '{}') as Record<string, unknown>;
      expect((error as Error).message).toContain(line['errorId']);
      expect(line).toMatchObject({ msg: 'call failed', method: 'affinity.test.v1.EchoService/Say' });
    });
  });

  it('survive a handler that throws before it returns a promise', async () => {
    const fail = () => {
      throw new Error('at once');
    };
    await withServer({ say: fail }, {}, async ({ client }) => {
      await expect(client.say({ text: '' })).rejects.toMatchObject({ code: 'INTERNAL' });
    });
  });

  it('refuse bytes that are no message as INVALID_ARGUMENT', async () => {
    await withServer({ say }, {}, async ({ address }) => {
      const raw = new Client(address, credentials.createInsecure());
      const identity = (bytes: Buffer) => bytes;
      const error = await new Promise<unknown>((resolve) => {
        raw.makeUnaryRequest('/affinity.test.v1.EchoService/Say', identity, identity, Buffer.from('{{'), resolve);
      });
      raw.close();
      expect(error).toMatchObject({ code: 3 });
    });
  });

  it('refuse messages above the limit', async () => {
    await withServer({ say }, { env: { AFFINITY_GRPC_MAX_MESSAGE_BYTES: '2048' } }, async ({ client }) => {
      await expect(client.say({ text: 'x'.repeat(3_000) })).rejects.toMatchObject({ code: 'RESOURCE_EXHAUSTED' });
      expect(await client.say({ text: 'x' })).toEqual({ text: 'X' });
    });
  });

  it('end at the default deadline when the caller gave none, with the signal aborted', async () => {
    const reasons: unknown[] = [];
    const wait = (_: unknown, { signal }: CallContext) =>
      new Promise<never>((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          reasons.push(signal.reason);
          reject(signal.reason as Error);
        });
      });
    const options = { env: { AFFINITY_GRPC_DEFAULT_DEADLINE_MS: '30' }, client: { defaultDeadlineMs: Infinity } };
    await withServer({ say: wait }, options, async ({ client }) => {
      await expect(client.say({ text: '' })).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
      expect(reasons).toMatchObject([{ code: 'DEADLINE_EXCEEDED' }]);
    });
  });

  it('never last longer than the largest deadline', async () => {
    const deadlines: number[] = [];
    const note = async (_: unknown, { deadlineAt }: CallContext) => {
      deadlines.push(deadlineAt - Date.now());
      return { text: '' };
    };
    await withServer({ say: note }, { env: { AFFINITY_GRPC_MAX_DEADLINE_MS: '6000' } }, async ({ client }) => {
      await client.say({ text: '' }, { timeoutMs: 60_000 });
      await client.say({ text: '' }, { timeoutMs: 3_000 });
      expect(deadlines[0]).toBeGreaterThan(5_000);
      expect(deadlines[0]).toBeLessThanOrEqual(6_000);
      expect(deadlines[1]).toBeLessThanOrEqual(3_001);
    });
  });

  it('abort the signal when the caller cancels', async () => {
    const { promise: entered, resolve: enter } = deferred();
    const reasons: unknown[] = [];
    const wait = (_: unknown, { signal }: CallContext) =>
      new Promise<never>((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          reasons.push(signal.reason);
          reject(signal.reason as Error);
        });
        enter();
      });
    await withServer({ say: wait }, {}, async ({ client }) => {
      const controller = new AbortController();
      const call = client.say({ text: '' }, { signal: controller.signal });
      await entered;
      controller.abort();
      await expect(call).rejects.toMatchObject({ code: 'CANCELLED' });
      await until(() => reasons.length > 0, 2_000, 'the handler hears of it');
      expect(reasons).toMatchObject([{ code: 'CANCELLED' }]);
    });
  });

  it('do not abort the signal of a call that was answered', async () => {
    const signals: AbortSignal[] = [];
    const keep = async (_: unknown, { signal }: CallContext) => (signals.push(signal), { text: '' });
    await withServer({ say: keep }, {}, async ({ client }) => {
      await client.say({ text: '' });
      await client.say({ text: '' });
      expect(signals[0]?.aborted).toBe(false);
    });
  });

  it('beyond the limit are refused with a time to retry, and counted', async () => {
    const { promise: entered, resolve: enter } = deferred();
    const { promise: released, resolve: release } = deferred();
    const wait = async () => {
      enter();
      await released;
      return { text: 'done' };
    };
    await withServer(
      { say: wait },
      { env: { AFFINITY_GRPC_MAX_CONCURRENT_CALLS: '1' } },
      async ({ client, metrics }) => {
        const first = client.say({ text: '' });
        await entered;
        await expect(client.say({ text: '' })).rejects.toMatchObject({ code: 'RESOURCE_EXHAUSTED', retryAfterMs: 100 });
        release();
        expect(await first).toEqual({ text: 'done' });
        expect(await metrics.render()).toContain('code="RESOURCE_EXHAUSTED",service="echo"} 1');
      },
    );
  });

  it('are repeated for idempotent methods only', async () => {
    const attempts = { say: 0, unanswered: 0 };
    const handlers = {
      say: async () => {
        attempts.say += 1;
        if (attempts.say === 1) throw unavailable('starting');
        if (attempts.say === 2) throw resourceExhausted('busy', 5);
        return { text: 'third time' };
      },
      unanswered: async () => {
        attempts.unanswered += 1;
        throw unavailable('starting');
      },
    };
    const client = { retry: { idempotent: ['say'] as const, baseDelayMs: 2 } };
    await withServer(handlers, { client }, async (running) => {
      expect(await running.client.say({ text: '' })).toEqual({ text: 'third time' });
      await expect(running.client.unanswered({ text: '' })).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      expect(attempts).toEqual({ say: 3, unanswered: 1 });
    });
  });

  it('run in the trace of their caller', async () => {
    carryTraces();
    const seen: unknown[] = [];
    const note = async (_: unknown, context: CallContext) => {
      seen.push(context.traceparent, activeTrace()?.traceId);
      context.logger.info('inside');
      return { text: '' };
    };
    await withServer({ say: note }, {}, async ({ client, logLines }) => {
      await runWithTrace(traceparent, () => client.say({ text: '' }));
      expect(seen).toEqual([traceparent, '0af7651916cd43dd8448eb211c80319c']);
      expect(logLines[0]).toContain('"trace_id":"0af7651916cd43dd8448eb211c80319c"');
    });
  });

  it('need an API key where keys are asked for', async () => {
    const callers: unknown[] = [];
    const note = async (_: unknown, { caller }: CallContext) => (callers.push(caller), { text: '' });
    const options = { env: { AFFINITY_GRPC_API_KEYS_FILE: 'keys' }, files: { keys: 'search 0123456789abcdef' } };
    await withServer({ say: note }, options, async ({ client }) => {
      await expect(client.say({ text: '' })).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
      const metadata = new Metadata();
      metadata.set('authorization', 'Bearer 0123456789abcdef');
      await client.say({ text: '' }, { metadata });
      expect(callers).toEqual(['search']);
    });
  });
});
