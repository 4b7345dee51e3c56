import { createServer } from 'node:net';
import { type CallContext } from '../../src/grpc/call-context';
import { createGrpcClient } from '../../src/grpc/client';
import { service as healthDefinition } from 'grpc-health-check';
import { type AnyService } from '../../src/grpc/service-definition';
import { type Echo } from '../echo-service';
import { startServer, withServer } from '../running-server';
import { deferred } from '../until';

const say = async (request: Echo) => request;

function healthClient(address: string) {
  const service = { Check: healthDefinition['Check'] } as unknown as AnyService;
  const client = createGrpcClient({ service }, { address, defaultDeadlineMs: 2_000 });
  const check = (name: string) => client['Check']?.({ service: name } as never, {}) as Promise<unknown>;
  return { check, close: () => client.close() };
}

describe('the gRPC server', () => {
  it('tells its readiness for the whole and for each service', async () => {
    await withServer({ say }, {}, async ({ address, health }) => {
      const probe = healthClient(address);
      try {
        expect(await probe.check('')).toEqual({ status: 'SERVING' });
        expect(await probe.check('affinity.test.v1.EchoService')).toEqual({ status: 'SERVING' });
        await expect(probe.check('affinity.test.v1.Other')).rejects.toMatchObject({ code: 'NOT_FOUND' });
        health.report('store', 'unreachable');
        expect(await probe.check('')).toEqual({ status: 'NOT_SERVING' });
        health.report('store', undefined);
        expect(await probe.check('')).toEqual({ status: 'SERVING' });
        health.markStopping();
        expect(await probe.check('')).toEqual({ status: 'NOT_SERVING' });
      } finally {
        probe.close();
      }
    });
  });

  it('lets calls in flight finish when it stops', async () => {
    const { promise: entered, resolve: enter } = deferred();
    const { promise: released, resolve: release } = deferred();
    const slow = async () => {
      enter();
      await released;
      return { text: 'finished' };
    };
    const { client, server, logLines } = await startServer({ say: slow });
    const call = client.say({ text: '' });
    await entered;
    const stopped = server.stop({ graceMs: 5_000 });
    release();
    expect(await call).toEqual({ text: 'finished' });
    await stopped;
    expect(logLines.join('')).not.toContain('cut');
    await expect(client.say({ text: '' })).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    client.close();
  });

  it('tells streams that it drains, and cuts what does not end within the grace', async () => {
    const count = async function* (_: Echo, { draining }: CallContext): AsyncGenerator<Echo> {
      yield { text: 'first' };
      await new Promise((resolve) => draining.addEventListener('abort', resolve));
      yield { text: 'last' };
    };
    const chat = async function* (): AsyncGenerator<Echo> {
      yield { text: '' };
      await new Promise<never>(() => undefined);
    };
    async function* noRequests(): AsyncGenerator<Echo> {
      await new Promise<never>(() => undefined);
    }
    const { client, server, logLines } = await startServer({ count, chat });
    const polite = client.count({ text: '' })[Symbol.asyncIterator]();
    const stubborn = client.chat(noRequests())[Symbol.asyncIterator]();
    await polite.next();
    await stubborn.next();
    const ended = stubborn.next().catch((error: unknown) => error);
    const stopped = server.stop({ graceMs: 800 });
    expect(await polite.next()).toMatchObject({ value: { text: 'last' } });
    expect(await polite.next()).toMatchObject({ done: true });
    await stopped;
    expect(await ended).toMatchObject({ name: 'AffinityError' });
    expect(logLines.join('')).toContain('"calls":1');
    client.close();
  });

  it('rejects at start when its port is taken', async () => {
    const blocker = createServer();
    await new Promise<void>((resolve) => blocker.listen(0, '127.0.0.1', resolve));
    const { port } = blocker.address() as { port: number };
    try {
      const start = startServer({ say }, { env: { AFFINITY_GRPC_PORT: String(port) } });
      await expect(start).rejects.toThrow(`cannot listen on 127.0.0.1:${port}`);
    } finally {
      blocker.close();
    }
  });
});

describe('the gRPC client', () => {
  it('says in time that nobody answers', async () => {
    const { client, server } = await startServer({ say });
    await client.waitForReady(2_000);
    const { port } = server;
    await server.stop({ graceMs: 100 });
    client.close();
    const late = createGrpcClient({ service: {} }, { address: `localhost:${port}`, defaultDeadlineMs: 1_000 });
    await expect(late.waitForReady(50)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    late.close();
  });
});
