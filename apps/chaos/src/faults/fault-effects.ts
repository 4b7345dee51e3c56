import { Redis } from 'ioredis';
import { setTimeout as pause } from 'node:timers/promises';
import type { ChaosSystem } from '../system/chaos-system';
import { lakeTimeoutMs } from '../system/lake-sinks';
import type { Replica } from '../system/replica';
import type { PlannedFault } from './fault-plan';
import type { Disturbance, RebalanceCause, RebalanceMeter } from './rebalance-meter';
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
  const both = [rebalances, sinkRebalances];
  return async (fault: PlannedFault): Promise<string> => {
    // Whether its time is over or the run's: what was broken is mended.
    const hold = (): Promise<void> => pause(fault.holdMs, undefined, { signal }).catch(() => undefined);
    const ofStore = (faults: StoreFaults): Promise<string> =>
      disturbing(both, 'store', () => withStore(store, faults, hold));
    const ofLake = (faults: StoreFaults): Promise<string> =>
      disturbing([sinkRebalances], 'store', () => withStore(lake.proxy, faults, hold));
    const ofNetwork = (replica: Replica, faults: NetworkFaults, meter: RebalanceMeter): Promise<string> =>
      disturbing([meter], 'leases', () => withNetwork(replica, faults, hold));
    switch (fault.kind) {
      case 'stop replica':
        return sendAway(replicaOf(system.replicas, fault), 'leave', rebalances);
      case 'kill replica':
        return sendAway(replicaOf(system.replicas, fault), 'kill', rebalances);
      case 'hang replica':
        return sendAway(replicaOf(system.replicas, fault), 'hang', rebalances);
      case 'delay replica':
        return ofNetwork(replicaOf(system.replicas, fault), { latencyMs: networkDelayMs }, rebalances);
      case 'cut replica off':
        return ofNetwork(replicaOf(system.replicas, fault), { blackhole: true }, rebalances);
      case 'kill stream':
        return disturbing(both, 'leases', async () => {
          await stream.kill();
          await hold();
          await stream.start();
          return '';
        });
      case 'roll stream back':
        return disturbing(both, 'leases', () => rollback.run(hold));
      case 'flush cache':
        return flushCache(backing.addresses.redis.url);
      case 'kill cache':
        await backing.services.redis.kill();
        await hold();
        await backing.services.redis.restart();
        return '';
      case 'store refuses':
        return ofStore({ errorRate: 1 });
      case 'store throttles':
        return ofStore({ throttleRate: 0.7 });
      case 'store drops answers':
        return ofStore({ dropAnswerRate: 0.5 });
      case 'store is slow':
        return ofStore({ latencyMs: storeDelayMs });
      case 'kill lake sink':
        return sendAway(replicaOf(sinks, fault), 'kill', sinkRebalances);
      case 'hang lake sink':
        return sendAway(replicaOf(sinks, fault), 'hang', sinkRebalances);
      case 'cut lake sink off':
        return ofNetwork(replicaOf(sinks, fault), { blackhole: true }, sinkRebalances);
      case 'lake refuses':
        return ofLake({ errorRate: 1 });
      case 'lake drops answers':
        return ofLake({ dropAnswerRate: 0.7 });
      case 'lake is slow':
        return ofLake({ latencyMs: storeDelayMs });
      case 'lake answers too late':
        return ofLake({ latencyMs: lateLakeDelayMs });
    }
  };
}

type StoreFaults = Parameters<ChaosSystem['store']['setFaults']>[0];
type NetworkFaults = { readonly latencyMs: number } | { readonly blackhole: boolean };

/** Applies a fault that moves of partitions or shards cannot outrun. */
async function disturbing(
  meters: readonly RebalanceMeter[],
  what: Disturbance,
  apply: () => Promise<string>,
): Promise<string> {
  const ends = meters.map((meter) => meter.disturb(what));
  try {
    return await apply();
  } finally {
    for (const end of ends) end();
  }
}

function replicaOf(replicas: readonly Replica[], { replica: index }: PlannedFault): Replica {
  const replica = replicas[index];
  if (replica === undefined) throw new RangeError(`there is no replica ${index}`);
  return replica;
}

type Absence = Exclude<RebalanceCause, 'join'>;

/** How a replica goes, and how it comes back. One that hung does not know yet that it was away. */
const absences: Record<
  Absence,
  {
    readonly go: (replica: Replica) => Promise<void> | void;
    readonly comeBack: (replica: Replica) => Promise<void> | void;
  }
> = {
  leave: { go: (replica) => replica.leave(), comeBack: (replica) => replica.revive() },
  kill: { go: (replica) => replica.kill(), comeBack: (replica) => replica.revive() },
  hang: { go: (replica) => replica.hang(), comeBack: (replica) => replica.resume() },
};

/** Lasts until the others have taken over: then its return takes partitions from them again. */
async function sendAway(replica: Replica, how: Absence, rebalances: RebalanceMeter): Promise<string> {
  const { go, comeBack } = absences[how];
  const gone = go(replica);
  const [left] = await Promise.all([rebalances.measure(how), gone]);
  await comeBack(replica);
  const joined = await rebalances.measure('join');
  return `${replica.name}: taken over ${left}, shared again ${joined}`;
}

async function withNetwork(replica: Replica, faults: NetworkFaults, hold: () => Promise<void>): Promise<string> {
  replica.nats.setFaults(faults);
  await hold();
  replica.nats.setFaults({ latencyMs: 0, blackhole: false });
  return replica.name;
}

async function withStore(store: ChaosSystem['store'], faults: StoreFaults, hold: () => Promise<void>): Promise<string> {
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
