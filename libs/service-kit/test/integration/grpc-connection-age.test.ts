import { once } from 'node:events';
import { connect } from 'node:http2';
import { type AddressInfo, createServer, connect as connectTcp, type Socket } from 'node:net';
import { createGrpcClient } from '../../src/grpc/client';
import { type Echo, EchoServiceClient } from '../echo-service';
import { withServer } from '../running-server';

const say = async (request: Echo) => request;
/** The least that is allowed: a second, a tenth more or less. */
const env = { AFFINITY_GRPC_MAX_CONNECTION_AGE_MS: '1000' };

/** Forwards connections to a port and counts them, as a load balancer in front of the server would. */
async function countConnections(port: number) {
  const sockets: Socket[] = [];
  const server = createServer((from) => {
    const to = connectTcp(port, 'localhost');
    sockets.push(from, to);
    from.on('error', () => to.destroy()).pipe(to);
    to.on('error', () => from.destroy()).pipe(from);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    connections: () => sockets.length / 2,
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

describe('a connection of the gRPC server that has reached its age', () => {
  it('is told to end', async () => {
    await withServer({ say }, { env }, async ({ address }) => {
      const session = connect(`http://${address}`);
      try {
        const [code] = (await once(session, 'goaway')) as [number];
        expect(code).toBe(0);
      } finally {
        session.destroy();
      }
    });
  });

  it('is replaced by a new one without failing one of many calls in flight', async () => {
    await withServer({ say }, { env }, async ({ server }) => {
      const balancer = await countConnections(server.port);
      const client = createGrpcClient(EchoServiceClient, { address: balancer.address, defaultDeadlineMs: 5_000 });
      const failures: unknown[] = [];
      let calls = 0;
      try {
        const callSteadily = async () => {
          for (; balancer.connections() < 4; calls += 1)
            await client.say({ text: '' }).catch((error: unknown) => failures.push(error));
        };
        await Promise.all(Array.from({ length: 16 }, callSteadily));
        expect(failures).toEqual([]);
        expect(calls).toBeGreaterThan(16);
      } finally {
        client.close();
        balancer.close();
      }
    });
  });
});
