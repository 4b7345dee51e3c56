/*
 * What callers get at 50 requests a second with a deadline of 200 ms while Personalize is well, killed, stalled and throttling:
 * the share of calls that are answered in time, and how many of the answers say that they are degraded. The first row is of
 * processes whose code is not compiled yet.
 */
import {
  atSteadyRate,
  latencyColumns,
  reportBenchmark,
  runBenchmark,
  until,
  type BenchmarkRow,
} from '@affinity/testing';
import { startGatewaySystem, type GatewaySystem } from '../test/integration/gateway-system';

const perSecond = 50;
const deadlineMs = 200;
const durationMs = 20_000;

const items = Object.fromEntries(
  Array.from({ length: 60 }, (_, i) => [
    `car-${i}`,
    { colour: ['red', 'blue', 'green'][i % 3] ?? 'red', price: 500 * (1 + i) },
  ]),
);

interface State {
  readonly begin: () => Promise<unknown>;
  readonly end: () => Promise<unknown>;
}

function statesOf({ services, modelProxy }: GatewaySystem): Readonly<Record<string, State>> {
  const done = (act: () => void) => (): Promise<void> => {
    act();
    return Promise.resolve();
  };
  return {
    'well, all services just started': { begin: done(() => undefined), end: done(() => undefined) },
    well: { begin: done(() => undefined), end: done(() => undefined) },
    killed: { begin: () => services.personalize.kill(), end: () => services.personalize.restart() },
    stalled: { begin: done(() => services.personalize.pause()), end: done(() => services.personalize.resume()) },
    throttling: {
      begin: done(() => modelProxy.setFaults({ throttleRate: 1 })),
      end: done(() => modelProxy.setFaults({ throttleRate: 0 })),
    },
  };
}

async function callFor(system: GatewaySystem, what: string): Promise<BenchmarkRow> {
  const latenciesMs: number[] = [];
  let [calls, degraded] = [0, 0];
  await atSteadyRate(
    async (n) => {
      calls += 1;
      const startedAt = performance.now();
      const asked = system.recommend(`crowd-${n % 12}`, { maxResults: 20 }, deadlineMs);
      const answer = await asked.catch(() => undefined);
      if (answer === undefined) return;
      latenciesMs.push(performance.now() - startedAt);
      if (answer.info?.degraded === true) degraded += 1;
    },
    { perSecond, durationMs },
  );
  return {
    what: `Personalize is ${what}`,
    calls,
    inTime: latenciesMs.length / calls,
    degraded: degraded / latenciesMs.length,
    ...latencyColumns([latenciesMs]),
  };
}

async function main(): Promise<void> {
  const system = await startGatewaySystem({ impressions: false });
  try {
    await system.putItems(items);
    for (let user = 0; user < 12; user += 1) {
      await system.view(`crowd-${user}`, ...Array.from({ length: 15 }, (_, i) => `car-${(user * 5 + i * 7) % 60}`));
    }
    const whole = async (): Promise<boolean> => {
      const { items: found, info } = await system.recommend('crowd-1', { maxResults: 20 });
      return found.length === 20 && info?.degraded === false;
    };
    const rows: BenchmarkRow[] = [];
    for (const [what, { begin, end }] of Object.entries(statesOf(system))) {
      await until(whole, 60_000, 'whole answers');
      await begin();
      try {
        rows.push(await callFor(system, what));
      } finally {
        await end();
      }
    }
    reportBenchmark('faults', rows);
  } finally {
    await system.close();
  }
}

runBenchmark(main);
