import { Redis } from 'ioredis';
import { setTimeout as pause } from 'node:timers/promises';
import type { ChaosSystem } from '../system/chaos-system';
import { lakeTimeoutMs } from '../system/lake-sinks';
import type { Replica } from '../system/replica';
import type { PlannedFault } from './fault-plan';
import type { RebalanceMeter } from './rebalance-meter';
import type { StreamRollback } from './stream-rollback';

/** What faults work on. */
export interface FaultEffectsOptions {
  readonly system: ChaosSystem;
  readonly rollback: StreamRollback;
  readonly rebalances: RebalanceMeter;
  /** Of the lake sinks. */
  readonly sinkRebalances: RebalanceMeter;
  /** Ends faults before their time. */
  readonly signal: AbortSignal;
}

/** One way of a packet to a delayed replica, in milliseconds. */
const networkDelayMs = 150;
/** Delay of each request to a slow store, in milliseconds: below the services' own patience. */
const storeDelayMs = 400;
/** Delay of each request to the lake that outlasts the sinks' patience: it takes effect when its caller has given it up. */
const lateLakeDelayMs = lakeTimeoutMs + 500;

/** Makes the function that applies a fault and takes it back, and resolves with what there is to say of it. */
export function createFaultEffects(options: FaultEffectsOptions) {
  const { system, rollback, rebalances, sinkRebalances, signal } = options;
  const { backing, stream, store, lake, sinks } = system;
  return async (fault: PlannedFault): Promise<string> => {
    // Whether its time is over or the run's: what was broken is mended.
    const hold = (): Promise<void> => pause(fault.holdMs, undefined, { signal }).catch(() => undefined);
    switch (fault.kind) {
      case 'kill replica':
        return killReplica(replicaOf(system.replicas, fault), rebalances);
      case 'hang replica':
        return hangReplica(replicaOf(system.replicas, fault), rebalances);
      case 'delay replica':
        return withNetwork(replicaOf(system.replicas, fault), { latencyMs: networkDelayMs }, hold);
      case 'cut replica off':
        return withNetwork(replicaOf(system.replicas, fault), { blackhole: true }, hold);
      case 'kill stream':
        await stream.kill();
        await hold();
        await stream.start();
        return '';
      case 'roll stream back':
        return rollback.run(hold);
      case 'flush cache':
        return flushCache(backing.addresses.redis.url);
      case 'kill cache':
        await backing.services.redis.kill();
        await hold();
        await backing.services.redis.restart();
        return '';
      case 'store refuses':
        return withStore(store, { errorRate: 1 }, hold);
      case 'store throttles':
        return withStore(store, { throttleRate: 0.7 }, hold);
      case 'store drops answers':
        return withStore(store, { dropAnswerRate: 0.5 }, hold);
      case 'store is slow':
        return withStore(store, { latencyMs: storeDelayMs }, hold);
      case 'kill lake sink':
        return killReplica(replicaOf(sinks, fault), sinkRebalances);
      case 'hang lake sink':
        return hangReplica(replicaOf(sinks, fault), sinkRebalances);
      case 'cut lake sink off':
        return withNetwork(replicaOf(sinks, fault), { blackhole: true }, hold);
      case 'lake refuses':
        return withStore(lake.proxy, { errorRate: 1 }, hold);
      case 'lake drops answers':
        return withStore(lake.proxy, { dropAnswerRate: 0.7 }, hold);
      case 'lake is slow':
        return withStore(lake.proxy, { latencyMs: storeDelayMs }, hold);
      case 'lake answers too late':
        return withStore(lake.proxy, { latencyMs: lateLakeDelayMs }, hold);
    }
  };
}

function replicaOf(replicas: readonly Replica[], { replica: index }: PlannedFault): Replica {
  const replica = replicas[index];
  if (replica === undefined) throw new RangeError(`there is no replica ${index}`);
  return replica;
}

/** Lasts until the others have taken over: then its return takes partitions from them again. */
async function killReplica(replica: Replica, rebalances: RebalanceMeter): Promise<string> {
  await replica.kill();
  const left = await rebalances.measure('leave');
  await replica.revive();
  const joined = await rebalances.measure('join');
  return `${replica.name}: taken over ${left}, shared again ${joined}`;
}

/** Lasts until the others have taken over: when it wakes up it does not know that yet. */
async function hangReplica(replica: Replica, rebalances: RebalanceMeter): Promise<string> {
  replica.hang();
  const left = await rebalances.measure('hang');
  replica.resume();
  const joined = await rebalances.measure('join');
  return `${replica.name}: taken over ${left}, shared again ${joined}`;
}

async function withNetwork(
  replica: Replica,
  faults: { readonly latencyMs: number } | { readonly blackhole: boolean },
  hold: () => Promise<void>,
): Promise<string> {
  replica.nats.setFaults(faults);
  await hold();
  replica.nats.setFaults({ latencyMs: 0, blackhole: false });
  return replica.name;
}

async function withStore(
  store: ChaosSystem['store'],
  faults: Parameters<ChaosSystem['store']['setFaults']>[0],
  hold: () => Promise<void>,
): Promise<string> {
  const before = store.counts();
  store.setFaults(faults);
  await hold();
  store.setFaults({ errorRate: 0, throttleRate: 0, dropAnswerRate: 0, latencyMs: 0 });
  const after = store.counts();
  const met = (what: keyof typeof after): number => after[what] - before[what];
  return `${met('passed')} passed, ${met('failed')} refused, ${met('throttled')} throttled, ${met('dropped')} unanswered`;
}

async function flushCache(url: string): Promise<string> {
  const redis = new Redis(url, { lazyConnect: true });
  // What is wrong is told by the command that fails.
  redis.on('error', () => undefined);
  try {
    await redis.flushall();
  } finally {
    redis.disconnect();
  }
  return '';
}
