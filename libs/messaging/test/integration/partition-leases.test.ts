import { silentLogger } from '@affinity/service-kit';
import { startBackingStack, startTcpProxy, until, type BackingStack } from '@affinity/testing';
import type { NatsConnection } from '@nats-io/transport-node';
import { connectNats } from '../../src/nats-connection';
import { PartitionLeases } from '../../src/partition-leases';

const partitions = 8;
const ttlMs = 1_000;

interface Replica {
  readonly leases: PartitionLeases;
  readonly working: Set<number>;
}

describe('PartitionLeases', () => {
  let stack: BackingStack<'nats'>;
  const connections: NatsConnection[] = [];

  beforeAll(async () => {
    stack = await startBackingStack({ services: ['nats'] });
  });

  afterAll(async () => {
    await Promise.all(connections.map((connection) => connection.close()));
    await stack.stop();
  });

  async function connect(url = stack.addresses.nats.url): Promise<NatsConnection> {
    const config = {
      natsUrls: [url],
      natsCredentials: undefined,
      natsTlsCa: undefined,
      natsTlsCert: undefined,
      natsTlsKey: undefined,
    };
    const connection = await connectNats(config, { name: 'test', logger: silentLogger() });
    connections.push(connection);
    return connection;
  }

  async function join(group: string, memberId: string, connection: NatsConnection): Promise<Replica> {
    const working = new Set<number>();
    const leases = await PartitionLeases.start({
      connection,
      group,
      memberId,
      partitions,
      ttlMs,
      replicas: 1,
      logger: silentLogger(),
      onAcquired: (partition) => working.add(partition),
      onLeaving: (partition) => {
        working.delete(partition);
        return Promise.resolve();
      },
    });
    return { leases, working };
  }

  const spread = (...replicas: readonly Replica[]): number[] => replicas.map(({ working }) => working.size);
  const all = (...replicas: readonly Replica[]): number[] =>
    replicas.flatMap(({ working }) => [...working]).sort((left, right) => left - right);
  const everyPartition = Array.from({ length: partitions }, (_, partition) => partition);

  it('spreads the partitions evenly as replicas join and leave', async () => {
    const first = await join('even', 'a', await connect());
    expect(all(first)).toEqual(everyPartition);
    const second = await join('even', 'b', await connect());
    const third = await join('even', 'c', await connect());
    await until(() => spread(first, second, third).join() === '3,3,2', 10_000, 'an even spread');
    expect(all(first, second, third)).toEqual(everyPartition);
    await first.leases.stop();
    expect(first.working.size).toBe(0);
    await until(() => all(second, third).length === partitions, 10_000, 'the others to take over');
    expect(spread(second, third)).toEqual([4, 4]);
    await second.leases.stop();
    await third.leases.stop();
  }, 60_000);

  it('takes over from a replica that is cut off, which gives up by itself', async () => {
    const proxy = await startTcpProxy({
      target: { host: '127.0.0.1', port: Number(new URL(stack.addresses.nats.url).port) },
    });
    const cutOff = await join('cut', 'a', await connect(`nats://127.0.0.1:${proxy.port}`));
    const healthy = await join('cut', 'b', await connect());
    await until(() => spread(cutOff, healthy).join() === '4,4', 10_000, 'an even spread');
    proxy.setFaults({ blackhole: true });
    await until(() => cutOff.working.size === 0, 10_000, 'the one that is cut off to give up');
    await until(() => healthy.working.size === partitions, 10_000, 'the other to take over');
    proxy.setFaults({ blackhole: false });
    proxy.resetConnections();
    await until(() => spread(cutOff, healthy).join() === '4,4', 20_000, 'an even spread again');
    await cutOff.leases.stop();
    await healthy.leases.stop();
    await proxy.stop();
  }, 60_000);
});
