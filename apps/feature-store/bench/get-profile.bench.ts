/*
 * GetProfile on cached tiles against a bare echo that returns the same bytes: throughput with 16 in flight, latency at half
 * the throughput, and the stream LookupProfiles against unary calls. With and without answers that the store remembers.
 */
import {
  GetProfileRequest,
  GetProfileResponse,
  LookupProfilesRequest,
  LookupProfilesResponse,
} from '@affinity/contracts';
import {
  alternate,
  atSteadyRate,
  latencyColumns,
  median,
  reportBenchmark,
  saturate,
  seededRandom,
  type ServiceProcess,
  zipf,
} from '@affinity/testing';
import { BinaryReader } from '@bufbuild/protobuf/wire';
import { shapes, storeUsers } from './bench-profiles';
import { benchmark, type BenchSystem } from './bench-system';
import { caller, saturateStream, type StreamLoad } from './raw-calls';

const users = 200;
const rounds = 5;
const durationMs = 2_000;
const inFlight = 16;
const service = '/affinity.profiles.v1.ProfileService';
const moreAnswersField = 4;
const random = seededRandom(7);

/** Questions of all shapes, about users of whom a few are asked for often. */
const questions = ((): readonly { readonly shape: number; readonly request: GetProfileRequest }[] => {
  const draw = zipf(users, 1.1, random);
  return Array.from({ length: 5_000 }, (_, n) => ({
    shape: n % shapes.length,
    request: { profile: { key: { $case: 'userId', value: `u${draw()}` } }, query: shapes[n % shapes.length] },
  }));
})();
const echoRequests = questions.map(({ shape }) => Buffer.of(shape, ...new Uint8Array(20)));
const encoded = questions.map(({ request }) => Buffer.from(GetProfileRequest.encode(request).finish()));
/** Each question as a message, and as what a message before it takes along. */
const lookups = questions.map(({ request }, n) => {
  const lookup = { lookupId: BigInt(n), request, more: [] };
  const encodedLookup = Buffer.from(LookupProfilesRequest.encode(lookup).finish());
  return {
    alone: encodedLookup,
    along: Buffer.from(LookupProfilesRequest.encode({ lookupId: 0n, more: [lookup] }).finish()),
  };
});

/** A message of `count` lookups, from the n-th question on. */
function lookupsFrom(n: number, count: number): Buffer {
  const at = (i: number) => lookups[(n + i) % lookups.length];
  const more = Array.from({ length: count - 1 }, (_, i) => at(i + 1)?.along ?? Buffer.alloc(0));
  return Buffer.concat([at(0)?.alone ?? Buffer.alloc(0), ...more]);
}

/** How many answers a message holds. */
function answersIn(message: Buffer): number {
  const reader = new BinaryReader(message);
  let answers = 1;
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (field === moreAnswersField) answers += 1;
    reader.skip(wireType);
  }
  return answers;
}

const nth = (requests: readonly Buffer[]) => (n: number) => requests[n % requests.length] ?? Buffer.alloc(0);

/** An answer of each shape; an empty one would make the benchmark measure nothing. */
async function answersOfEachShape(getProfile: (request: Buffer) => Promise<Buffer>): Promise<readonly Buffer[]> {
  const answers: Buffer[] = [];
  for (const [n, request] of encoded.slice(0, shapes.length).entries()) {
    const answer = await getProfile(request);
    const { profile } = GetProfileResponse.decode(answer);
    if ((profile?.eventCount ?? 0n) === 0n) throw new Error(`the answer to shape ${n} is empty`);
    answers.push(answer);
  }
  return answers;
}

function asLookup(answer: Buffer, n: number): Buffer {
  const value = GetProfileResponse.decode(answer);
  return Buffer.from(
    LookupProfilesResponse.encode({ lookupId: BigInt(n), result: { $case: 'response', value }, more: [] }).finish(),
  );
}

async function measure(system: BenchSystem): Promise<void> {
  await storeUsers(system.tiles, { users, days: 30, eventsADay: 4, random });
  const store = await system.startFeatureStore();
  const folding = await system.startFeatureStore({ AFFINITY_ANSWER_MEMORY_MAX_BYTES: '0' });
  const getProfile = caller({ port: store.port('grpcPort'), path: `${service}/GetProfile` });
  const foldProfile = caller({ port: folding.port('grpcPort'), path: `${service}/GetProfile` });
  const answers = await answersOfEachShape(getProfile);
  const echo = await system.startEcho(answers.map(asLookup));
  const callEcho = caller({ port: echo.port('grpcPort'), path: '/bench.Echo/Unary' });
  const sides = {
    echo: (n: number) => callEcho(nth(echoRequests)(n)),
    remembered: (n: number) => getProfile(nth(encoded)(n)),
    folded: (n: number) => foldProfile(nth(encoded)(n)),
  };
  const load = { inFlight, durationMs };
  const throughput = await alternate(
    {
      echo: () => saturate(sides.echo, load),
      remembered: () => saturate(sides.remembered, load),
      folded: () => saturate(sides.folded, load),
    },
    rounds,
  );
  const rateOf = (side: keyof typeof sides): number => median(throughput[side].map(({ perSecond }) => perSecond));
  const steady = { perSecond: rateOf('folded') / 2, durationMs };
  const latency = await alternate(
    {
      echo: () => atSteadyRate(sides.echo, steady),
      remembered: () => atSteadyRate(sides.remembered, steady),
      folded: () => atSteadyRate(sides.folded, steady),
    },
    rounds,
  );
  const port = (server: ServiceProcess) => server.port('grpcPort');
  const stream = (server: ServiceProcess, load: Omit<StreamLoad, 'durationMs'>) =>
    saturateStream({ port: port(server), path: `${service}/LookupProfiles` }, { ...load, durationMs });
  const one = { perMessage: 1, requestOf: (n: number) => lookupsFrom(n, 1), answersIn: () => 1 };
  const many = { perMessage: 64, requestOf: lookupsFrom, answersIn };
  const streams = await alternate(
    {
      echo: () =>
        saturateStream(
          { port: port(echo), path: '/bench.Echo/Stream' },
          { perMessage: 1, requestOf: nth(echoRequests), answersIn: () => 1, durationMs },
        ),
      rememberedOne: () => stream(store, one),
      remembered: () => stream(store, many),
      folded: () => stream(folding, many),
    },
    rounds,
  );
  const rowOf = (side: keyof typeof sides) => ({
    perSecond: rateOf(side),
    ofEcho: rateOf(side) / rateOf('echo'),
    ...latencyColumns(latency[side]),
    streamPerSecond: median(streams[side]),
    streamOfUnary: median(streams[side]) / rateOf(side),
  });
  const oneAMessage = median(streams.rememberedOne);
  reportBenchmark('get-profile', [
    { what: 'bare echo of the same bytes', ...rowOf('echo') },
    { what: 'GetProfile, 30 days, 50 dimensions', ...rowOf('remembered') },
    {
      what: 'one lookup in each message of the stream',
      streamPerSecond: oneAMessage,
      streamOfUnary: oneAMessage / rateOf('remembered'),
    },
    { what: 'each answer folded anew', ...rowOf('folded') },
    { what: 'mean answer, bytes', bytes: answers.reduce((sum, { length }) => sum + length, 0) / answers.length },
  ]);
}

benchmark(measure);
