import { silentLogger } from '@affinity/service-kit';
import { startBackingStack, startTcpProxy, until, type BackingStack, type TcpFaultProxy } from '@affinity/testing';
import { leasesBucket } from '@affinity/contracts';
import { Kvm } from '@nats-io/kv';
import type { NatsConnection } from '@nats-io/transport-node';
import { connectNats } from '../../src/nats-connection';
import { PartitionLeases } from '../../src/partition-leases';

const partitions = 8;
const ttlMs = 1_000;

interface Replica {
  readonly leases: PartitionLeases;
  readonly working: Set<number>;
  /** Partitions that it lost without being asked to release them. */
  readonly lost: number[];
}

interface JoinOptions {
  /** Resolves when what a released partition holds is saved. */
  readonly saved?: () => Promise<void>;
  /** Whether a partition counts as left before it is saved. Default: false. */
  readonly leavesFirst?: boolean;
  readonly ttlMs?: number;
}

describe('PartitionLeases', () => {
  let stack: BackingStack<'nats'>;
  const connections: NatsConnection[] = [];
  const joined: PartitionLeases[] = [];
  const proxies: TcpFaultProxy[] = [];

  beforeAll(async () => {
    stack = await startBackingStack({ services: ['nats'] });
  });

  afterAll(async () => {
    // Also of a test that failed before it came to that.
    for (const proxy of proxies) await proxy.stop();
    await Promise.all(joined.map((leases) => leases.stop()));
    await Promise.all(connections.map((connection) => connection.close()));
    await stack.stop();
  });

  async function connect(url = stack.addresses.nats.url): Promise<NatsConnection> {
    const connection = await connectNats({ natsUrls: [url] }, { name: 'test', logger: silentLogger() });
    connections.push(connection);
    return connection;
  }

  async function openProxy(): Promise<TcpFaultProxy> {
    const port = Number(new URL(stack.addresses.nats.url).port);
    const proxy = await startTcpProxy({ target: { host: '127.0.0.1', port } });
    proxies.push(proxy);
    return proxy;
  }

  async function join(
    group: string,
    memberId: string,
    connection: NatsConnection,
    { saved = () => Promise.resolve(), leavesFirst = false, ttlMs: ownTtlMs = ttlMs }: JoinOptions = {},
  ): Promise<Replica> {
    const working = new Set<number>();
    const lost: number[] = [];
    const leases = await PartitionLeases.start({
      connection,
      group,
      memberId,
      partitions,
      ttlMs: ownTtlMs,
      replicas: 1,
      logger: silentLogger(),
      onAcquired: (partition) => working.add(partition),
      onLeaving: async (partition, reason) => {
        if (leavesFirst) working.delete(partition);
        if (reason === 'released') await saved();
        else lost.push(partition);
        if (!leavesFirst) working.delete(partition);
      },
    });
    joined.push(leases);
    return { leases, working, lost };
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

  it('works on nothing without a lease after leases were lost while their partitions were being released', async () => {
    let finishSaving = (): void => undefined;
    const saved = new Promise<void>((resolve) => (finishSaving = resolve));
    const first = await join('lost', 'a', await connect(), { saved: () => saved, leavesFirst: true });
    const second = await join('lost', 'b', await connect());
    await until(() => spread(first).join() === '4', 10_000, 'half of them to be on their way out');
    await second.leases.stop();
    const bucket = await new Kvm(await connect()).open(`${leasesBucket}-lost`);
    for (const partition of everyPartition) await bucket.purge(`p${partition}`);
    await until(() => first.lost.length >= partitions, 10_000, 'all leases to be lost');
    await until(() => first.working.size >= 4, 10_000, 'what is free to be taken again');
    const third = await join('lost', 'c', await connect());
    finishSaving();
    const startedAtMs = performance.now();
    await until(() => performance.now() - startedAtMs > 3 * ttlMs, 20_000, 'three lifetimes of a lease');
    await until(() => spread(first, third).join() === '4,4', 10_000, 'an even spread');
    expect(all(first, third)).toEqual(everyPartition);
    await first.leases.stop();
    await third.leases.stop();
  }, 60_000);

  it('keeps what it works on while partitions that it releases take longer to save than a lease lives', async () => {
    let finishSaving = (): void => undefined;
    const saved = new Promise<void>((resolve) => (finishSaving = resolve));
    // Long enough that a busy machine renews in time.
    const slowTtlMs = 2_500;
    const first = await join('slow', 'a', await connect(), { saved: () => saved, ttlMs: slowTtlMs });
    const second = await join('slow', 'b', await connect(), { ttlMs: slowTtlMs });
    const startedAtMs = performance.now();
    await until(() => performance.now() - startedAtMs > 2 * slowTtlMs, 20_000, 'two lifetimes of a lease');
    expect(spread(first, second)).toEqual([8, 0]);
    finishSaving();
    await until(() => spread(first, second).join() === '4,4', 10_000, 'an even spread');
    expect(all(first, second)).toEqual(everyPartition);
    await first.leases.stop();
    await second.leases.stop();
  }, 60_000);

  it('keeps what it works on while the server answers so late that looking for free partitions outlasts a lease', async () => {
    const ownTtlMs = 3_000;
    const proxy = await openProxy();
    const far = await join('far', 'a', await connect(`nats://127.0.0.1:${proxy.port}`), { ttlMs: ownTtlMs });
    proxy.setFaults({ latencyMs: 350 });
    const near = await join('far', 'b', await connect(), { ttlMs: ownTtlMs });
    await until(() => spread(far, near).join() === '4,4', 20_000, 'an even spread');
    const startedAtMs = performance.now();
    await until(() => performance.now() - startedAtMs > 3 * ownTtlMs, 20_000, 'three lifetimes of a lease');
    expect({ lost: far.lost, spread: spread(far, near) }).toEqual({ lost: [], spread: [4, 4] });
    proxy.setFaults({ latencyMs: 0 });
    await far.leases.stop();
    await near.leases.stop();
  }, 60_000);

  it('takes over from a replica that is cut off, which gives up by itself', async () => {
    const proxy = await openProxy();
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
  }, 60_000);
});
