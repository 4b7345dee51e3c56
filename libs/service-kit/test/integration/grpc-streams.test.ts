import { unavailable } from '../../src/errors';
import { type CallContext } from '../../src/grpc/call-context';
import { type Echo } from '../echo-service';
import { withServer } from '../running-server';
import { until } from '../until';

async function* numbers(count: number, text = ''): AsyncGenerator<Echo> {
  for (let number = 0; number < count; number += 1) yield { text, count: number };
}

async function collect(answers: AsyncIterable<Echo>): Promise<readonly (number | undefined)[]> {
  const counts: (number | undefined)[] = [];
  for await (const answer of answers) counts.push(answer.count);
  return counts;
}

describe('streaming calls', () => {
  it('send many answers to one request', async () => {
    await withServer({ count: ({ count }) => numbers(count ?? 0) }, {}, async ({ client, metrics }) => {
      expect(await collect(client.count({ text: '', count: 100 }))).toHaveLength(100);
      expect(await metrics.render()).toContain('affinity_grpc_server_streams_in_flight{service="echo"} 0');
    });
  });

  it('take many requests for one answer', async () => {
    const join = async (requests: AsyncIterable<Echo>) => ({ text: '', count: (await collect(requests)).length });
    await withServer({ join }, {}, async ({ client }) => {
      expect(await client.join(numbers(300))).toEqual({ text: '', count: 300 });
    });
  });

  it('exchange requests and answers', async () => {
    async function* chat(requests: AsyncIterable<Echo>): AsyncGenerator<Echo> {
      for await (const { count } of requests) yield { text: '', count: (count ?? 0) * 2 };
    }
    await withServer({ chat }, {}, async ({ client }) => {
      expect(await collect(client.chat(numbers(4)))).toEqual([0, 2, 4, 6]);
    });
  });

  it('may answer without reading all requests', async () => {
    const join = async (requests: AsyncIterable<Echo>) => {
      for await (const first of requests) return first;
      return { text: 'none' };
    };
    await withServer({ join }, {}, async ({ client }) => {
      expect(await client.join(numbers(10_000))).toEqual({ text: '', count: 0 });
    });
  });

  it('ask for no more answers than a slow caller takes', async () => {
    let produced = 0;
    async function* count(): AsyncGenerator<Echo> {
      for (;;) {
        produced += 1;
        yield { text: 'x'.repeat(50_000), count: produced };
      }
    }
    await withServer({ count }, {}, async ({ client }) => {
      const answers = client.count({ text: '' })[Symbol.asyncIterator]();
      await answers.next();
      let before = -1;
      const hasStalled = () => {
        const same = before === produced;
        before = produced;
        return same;
      };
      let stalledChecks = 0;
      await until(
        () => (stalledChecks = hasStalled() ? stalledChecks + 1 : 0) >= 20,
        10_000,
        'the server stops producing',
      );
      expect(produced).toBeLessThan(500);
      await answers.return?.();
    });
  });

  it('end with the error of the handler after what was sent before', async () => {
    async function* count(): AsyncGenerator<Echo> {
      yield { text: '', count: 1 };
      throw unavailable('store is down', { retryAfterMs: 30 });
    }
    await withServer({ count }, {}, async ({ client }) => {
      const answers = client.count({ text: '' })[Symbol.asyncIterator]();
      expect(await answers.next()).toMatchObject({ value: { count: 1 } });
      await expect(answers.next()).rejects.toMatchObject({ code: 'UNAVAILABLE', retryAfterMs: 30 });
    });
  });

  it('abort the signal and end the requests when the caller goes away', async () => {
    const heard: unknown[] = [];
    async function* chat(requests: AsyncIterable<Echo>, { signal }: CallContext): AsyncGenerator<Echo> {
      try {
        for await (const request of requests) yield request;
      } finally {
        heard.push(signal.reason);
      }
    }
    async function* endless(): AsyncGenerator<Echo> {
      yield { text: '' };
      await new Promise<never>(() => undefined);
    }
    await withServer({ chat }, {}, async ({ client, metrics }) => {
      for await (const answer of client.chat(endless())) {
        expect(answer).toEqual({ text: '' });
        break;
      }
      await until(() => heard.length > 0, 5_000, 'the handler hears of it');
      expect(heard).toMatchObject([{ code: 'CANCELLED' }]);
      await until(async () => (await metrics.render()).includes('code="CANCELLED"'), 2_000, 'it is counted');
    });
  });

  it('beyond the limit are refused', async () => {
    const count = async function* (_: Echo, { signal }: CallContext): AsyncGenerator<Echo> {
      yield { text: '' };
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
    };
    await withServer({ count }, { env: { AFFINITY_GRPC_MAX_CONCURRENT_STREAMS: '1' } }, async ({ client }) => {
      const first = client.count({ text: '' })[Symbol.asyncIterator]();
      await first.next();
      await expect(collect(client.count({ text: '' }))).rejects.toMatchObject({
        code: 'RESOURCE_EXHAUSTED',
        retryable: true,
      });
      await first.return?.();
    });
  });

  it('reject on the client when the source of the requests fails', async () => {
    const join = async (requests: AsyncIterable<Echo>) => ({ text: '', count: (await collect(requests)).length });
    async function* broken(): AsyncGenerator<Echo> {
      yield { text: '' };
      throw new Error('no more');
    }
    await withServer({ join }, {}, async ({ client }) => {
      await expect(client.join(broken())).rejects.toMatchObject({ code: 'INTERNAL', message: 'no more' });
    });
  });
});
