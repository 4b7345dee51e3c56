import { MissingPart } from '@affinity/contracts';
import { atSteadyRate, until } from '@affinity/testing';
import { startGatewaySystem, type GatewaySystem } from './gateway-system';

const perSecond = 50;
/** Not what callers would set, but what a machine that is busy with other tests can be held to; bench/faults.bench.ts has 200 ms. */
const deadlineMs = 5_000;
/** More than enough for a circuit to open and to probe. */
const durationMs = 4_000;

const items = Object.fromEntries(
  Array.from({ length: 60 }, (_, i) => [
    `car-${i}`,
    { colour: ['red', 'blue', 'green'][i % 3]!, price: 500 * (1 + i) },
  ]),
);

/** What became of the calls of a while. */
interface Tally {
  readonly calls: number;
  readonly failures: readonly string[];
  readonly empty: number;
  readonly whole: number;
  readonly withoutModel: number;
}

describe('recommender-gateway at 50 calls a second, each with a deadline', () => {
  let system: GatewaySystem;

  beforeAll(async () => {
    system = await startGatewaySystem({ impressions: false });
    await system.putItems(items);
    for (let user = 0; user < 12; user += 1) {
      await system.view(`crowd-${user}`, ...Array.from({ length: 15 }, (_, i) => `car-${(user * 5 + i * 7) % 60}`));
    }
    // The first failed call in this process is slow, which would hold up the calls that are measured.
    for (let i = 0; i < 100; i += 1) await system.recommend('stranger', {}, 1).catch(String);
    await callFor(durationMs);
    await recovered();
  }, 120_000);

  afterAll(() => system.close());

  /** Whole and quick, again and again: a cold start or an open circuit has passed. */
  const recovered = (): Promise<unknown> => {
    let inARow = 0;
    return until(
      async () => {
        const { items: found, info } = await system.recommend('stranger', { maxResults: 20 }, deadlineMs);
        inARow = info?.degraded === false && found.length === 20 ? inARow + 1 : 0;
        return inARow >= 20;
      },
      60_000,
      'twenty whole answers in a row',
    );
  };

  const callFor = async (ms: number): Promise<Tally> => {
    const failures: string[] = [];
    let [calls, empty, whole, withoutModel] = [0, 0, 0, 0];
    await atSteadyRate(
      async (n) => {
        calls += 1;
        try {
          const { items: found, info } = await system.recommend(`crowd-${n % 12}`, { maxResults: 20 }, deadlineMs);
          if (found.length === 0) empty += 1;
          if (info?.degraded === false) whole += 1;
          if (info?.missing.includes(MissingPart.MODEL) === true) withoutModel += 1;
          if (info !== undefined && info.degraded !== info.missing.length > 0) failures.push('a wrong mark');
        } catch (error) {
          failures.push(String(error));
        }
      },
      { perSecond, durationMs: ms },
    );
    return { calls, failures, empty, whole, withoutModel };
  };

  const faults = {
    killed: {
      begin: () => system.services.personalize.kill(),
      end: () => system.services.personalize.restart(),
    },
    stalled: {
      begin: () => {
        system.services.personalize.pause();
      },
      end: () => {
        system.services.personalize.resume();
      },
    },
    throttling: {
      begin: () => {
        system.modelProxy.setFaults({ throttleRate: 1 });
      },
      end: () => {
        system.modelProxy.setFaults({ throttleRate: 0 });
      },
    },
  };

  it.each(['killed', 'stalled', 'throttling'] as const)(
    'answers every call in time while Personalize is %s, says so, and recovers by itself',
    async (name) => {
      await faults[name].begin();
      try {
        expect(await callFor(durationMs)).toEqual({ calls: 200, failures: [], empty: 0, whole: 0, withoutModel: 200 });
      } finally {
        await faults[name].end();
      }
      await recovered();
    },
    120_000,
  );

  it('is not thrown off by callers in a hurry: those with time have whole answers right after', async () => {
    await recovered();
    const hurried = Array.from({ length: 100 }, () => system.recommend('crowd-1', {}, 20).catch(() => undefined));
    await Promise.all(hurried);
    const circuits = system.services.gateway.logs().split('\n');
    const before = circuits.filter((line) => line.includes('the circuit of')).length;
    for (let i = 0; i < 200; i += 1) await system.recommend('crowd-1', {}, 20).catch(() => undefined);
    const after = system.services.gateway.logs().split('\n');
    expect(after.filter((line) => line.includes('the circuit of'))).toHaveLength(before);
    await recovered();
  });
});
