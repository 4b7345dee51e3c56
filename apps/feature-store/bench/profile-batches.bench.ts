/*
 * What callers of one profile, and of a hundred together, wait for at 50 requests a second, 50 dimensions each, beside a bare
 * echo of the same bytes. Where that rate is more than the machine keeps, its row says so, and another follows at the highest
 * rate that is kept.
 */
import { BatchGetProfilesRequest, GetProfileRequest } from '@affinity/contracts';
import { alternate, reportBenchmark, saturate, seededRandom, type BenchmarkRow } from '@affinity/testing';
import { dimensions, storeUsers } from './bench-profiles';
import { benchmark, type BenchSystem } from './bench-system';
import { highestKeptRate, isKept, offer, rateColumns } from './offered-rate';
import { caller } from './raw-calls';

const users = 500;
const rounds = 3;
const perSecond = 50;
const durationMs = 5_000;
const random = seededRandom(11);
const service = '/affinity.profiles.v1.ProfileService';
const query = { dimensions: dimensions.map(({ name }) => name) };

const refOf = (user: number) => ({ key: { $case: 'userId' as const, value: `u${user}` } });
const drawn = (count: number) => Array.from({ length: count }, () => refOf(Math.floor(random() * users)));

type Call = (n: number) => Promise<Buffer>;

/** A kind of call, and the baseline that answers with as many bytes. */
interface Measured {
  readonly what: string;
  readonly call: Call;
  readonly echo: Call;
  readonly answerBytes: number;
}

async function measure(system: BenchSystem): Promise<void> {
  await storeUsers(system.tiles, { users, days: 10, eventsADay: 4, random });
  const store = await system.startFeatureStore();
  const port = store.port('grpcPort');
  const one = inTurn(
    caller({ port, path: `${service}/GetProfile` }),
    drawn(200).map((profile) => Buffer.from(GetProfileRequest.encode({ profile, query }).finish())),
  );
  const batch = inTurn(
    caller({ port, path: `${service}/BatchGetProfiles` }),
    Array.from({ length: 50 }, () =>
      Buffer.from(BatchGetProfilesRequest.encode({ profiles: drawn(100), query }).finish()),
    ),
  );
  const answers = [await one(0), await batch(0)];
  const echo = await system.startEcho(answers);
  const callEcho = caller({ port: echo.port('grpcPort'), path: '/bench.Echo/Unary' });
  const sideOf = (what: string, call: Call, shape: number): Measured => ({
    what,
    call,
    echo: () => callEcho(Buffer.of(shape)),
    answerBytes: answers[shape]?.length ?? 0,
  });
  reportBenchmark('profile-batches', [
    ...(await rowsOf(sideOf('GetProfile, 1 user, 50 dimensions', one, 0))),
    ...(await rowsOf(sideOf('BatchGetProfiles, 100 users, 50 dimensions', batch, 1))),
  ]);
}

function inTurn(call: (request: Buffer) => Promise<Buffer>, requests: readonly Buffer[]): Call {
  return (n) => call(requests[n % requests.length] ?? Buffer.alloc(0));
}

/** At the wanted rate; and at the highest that is kept, if that is lower. */
async function rowsOf(measured: Measured): Promise<readonly BenchmarkRow[]> {
  await saturate(measured.call, { inFlight: 1, durationMs }); // Fills the caches, and warms up.
  const wanted = await rowsAt(perSecond, measured);
  if (wanted.runs.every(isKept)) return wanted.rows;
  const kept = await highestKeptRate(measured.call, durationMs);
  return [...wanted.rows, ...(await rowsAt(kept, measured)).rows];
}

async function rowsAt(rate: number, { what, call, echo, answerBytes }: Measured) {
  const at = { perSecond: rate, durationMs };
  const runs = await alternate({ echo: () => offer(echo, at), call: () => offer(call, at) }, rounds);
  const isRateKept = runs.call.every(isKept) ? 'yes' : 'no';
  const rows: readonly BenchmarkRow[] = [
    { what: `bare echo of ${answerBytes} bytes`, ...rateColumns(runs.echo) },
    { what, ...rateColumns(runs.call), rateKept: isRateKept },
  ];
  return { runs: runs.call, rows };
}

benchmark(measure);
