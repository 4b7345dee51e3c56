/*
 * What callers of one profile, and of a hundred together, wait for at 50 requests a second, 50 dimensions each.
 */
import { BatchGetProfilesRequest, GetProfileRequest } from '@affinity/contracts';
import { alternate, atSteadyRate, median, percentile, reportBenchmark, seededRandom } from '@affinity/testing';
import { dimensions, storeUsers } from './bench-profiles';
import { benchmark, type BenchSystem } from './bench-system';
import { caller } from './raw-calls';

const users = 500;
const rounds = 5;
const steady = { perSecond: 50, durationMs: 5_000 };
const random = seededRandom(11);
const service = '/affinity.profiles.v1.ProfileService';
const query = { dimensions: dimensions.map(({ name }) => name) };

const refOf = (user: number) => ({ key: { $case: 'userId' as const, value: `u${user}` } });
const drawn = (count: number) => Array.from({ length: count }, () => refOf(Math.floor(random() * users)));

async function measure(system: BenchSystem): Promise<void> {
  await storeUsers(system.tiles, { users, days: 10, eventsADay: 4, random });
  const store = await system.startFeatureStore();
  const echo = await system.startEcho([Buffer.alloc(8_000), Buffer.alloc(800_000)]);
  const ports = { store: store.port('grpcPort'), echo: echo.port('grpcPort') };
  const one = caller({ port: ports.store, path: `${service}/GetProfile` });
  const batch = caller({ port: ports.store, path: `${service}/BatchGetProfiles` });
  const callEcho = caller({ port: ports.echo, path: '/bench.Echo/Unary' });
  const ones = drawn(200).map((profile) => Buffer.from(GetProfileRequest.encode({ profile, query }).finish()));
  const batches = Array.from({ length: 50 }, () =>
    Buffer.from(BatchGetProfilesRequest.encode({ profiles: drawn(100), query }).finish()),
  );
  const nth = (requests: readonly Buffer[], n: number): Buffer => requests[n % requests.length] ?? Buffer.alloc(0);
  const latencies = await alternate(
    {
      echoOne: () => atSteadyRate(() => callEcho(Buffer.of(0)), steady),
      one: () => atSteadyRate((n) => one(nth(ones, n)), steady),
      echoBatch: () => atSteadyRate(() => callEcho(Buffer.of(1)), steady),
      batch: () => atSteadyRate((n) => batch(nth(batches, n)), steady),
    },
    rounds,
  );
  const row = (what: string, runs: readonly (readonly number[])[]) => ({
    what,
    p50Ms: median(runs.map((run) => percentile(run, 0.5))),
    p99Ms: median(runs.map((run) => percentile(run, 0.99))),
  });
  reportBenchmark('profile-batches', [
    row('bare echo of 8 kB', latencies.echoOne),
    row('GetProfile, 1 user, 50 dimensions', latencies.one),
    row('bare echo of 800 kB', latencies.echoBatch),
    row('BatchGetProfiles, 100 users, 50 dimensions', latencies.batch),
  ]);
}

benchmark(measure);
