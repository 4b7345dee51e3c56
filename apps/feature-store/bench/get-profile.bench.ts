/*
 * GetProfile on cached tiles against a bare echo that returns the same bytes: throughput with 16 in flight, latency at half
 * the throughput, and the stream LookupProfiles against unary calls.
 */
import {
  GetProfileRequest,
  GetProfileResponse,
  LookupProfilesRequest,
  LookupProfilesResponse,
  type ProfileQuery,
} from '@affinity/contracts';
import {
  dayOf,
  emptyTile,
  foldInteraction,
  parseSchema,
  type AttributeValue,
  type Interaction,
  type Schema,
} from '@affinity/domain';
import { createDynamoClient, DynamoTileStore, ensureTables, tableNames } from '@affinity/profile-storage';
import {
  alternate,
  atSteadyRate,
  median,
  percentile,
  reportBenchmark,
  saturate,
  seededRandom,
  serviceEnvironment,
  startBackingStack,
  startServiceProcess,
  zipf,
} from '@affinity/testing';
import { Client, credentials, type ClientDuplexStream } from '@grpc/grpc-js';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const users = 200;
const days = 30;
const dimensionCount = 50;
const rounds = 5;
const durationMs = 2_000;
const inFlight = 16;

const dimensions = Array.from({ length: dimensionCount }, (_, i) =>
  i % 5 === 4 ? { name: `d${i}`, kind: 'numeric' } : { name: `d${i}`, kind: 'categorical' },
);
const schemaDocument = { version: 'bench', event_types: { view: 1 }, dimensions };
const schema = ((): Schema => {
  const parsed = parseSchema(schemaDocument);
  if (parsed.kind === 'invalid') throw new Error(parsed.problems.join());
  return parsed.schema;
})();

/** The ten shapes of questions that are mixed. */
const shapes: readonly ProfileQuery[] = [
  {},
  { range: { range: { $case: 'lastDays', value: 7 } } },
  {
    range: { range: { $case: 'lastDays', value: 30 } },
    decay: { kind: { $case: 'exponential', value: { halfLifeDays: 7 } } },
  },
  {
    range: { range: { $case: 'lastDays', value: 14 } },
    decay: { kind: { $case: 'linear', value: { windowDays: 14 } } },
  },
  { dimensions: ['d0', 'd1', 'd2', 'd3', 'd4'] },
  { dimensions: ['d4', 'd9', 'd14'], decay: { kind: { $case: 'exponential', value: { halfLifeDays: 3 } } } },
  { dimensions: dimensions.slice(0, 25).map(({ name }) => name), range: { range: { $case: 'lastDays', value: 30 } } },
  { range: { range: { $case: 'lastDays', value: 1 } } },
  { dimensions: ['item'] },
  {
    decay: {
      kind: {
        $case: 'step',
        value: {
          steps: [
            { maxAgeDays: 3, weight: 1 },
            { maxAgeDays: 30, weight: 0.3 },
          ],
        },
      },
    },
  },
].map((shape) => ({ dimensions: [], ...shape }) as ProfileQuery);

const random = seededRandom(7);
const today = dayOf(Date.now());

function interactionOn(day: number, n: number): Interaction {
  const attributes = new Map<string, AttributeValue>(
    dimensions.map(({ name, kind }) => [
      name,
      kind === 'numeric' ? Math.floor(random() * 1_000) : `value${Math.floor(random() ** 2 * 8)}`,
    ]),
  );
  const occurredAtMs = day * 86_400_000 + n;
  return {
    eventId: `${day}/${n}`,
    profileKey: 'u',
    eventType: 'view',
    itemId: `i${Math.floor(random() * 500)}`,
    occurredAtMs,
    receivedAtMs: occurredAtMs,
    attributes,
  };
}

async function fillStore(store: DynamoTileStore): Promise<void> {
  const writes = Array.from({ length: users }, (_, user) =>
    Array.from({ length: days }, (_unused, back) => {
      const tile = emptyTile();
      for (let n = 0; n < 4; n += 1) foldInteraction(tile, interactionOn(today - back, n), { schema });
      return store.write({
        key: { owner: { kind: 'user', profileKey: `u${user}` }, day: today - back, region: 'eu-central-1' },
        expectedVersion: 0,
        newVersion: 1,
        changed: tile.dimensions,
        eventCount: tile.eventCount,
        mark: { sequence: back + 1, timestampNs: BigInt(back + 1) },
        writer: 'bench',
        eventIdHashes: [],
        expiresAtS: 4_000_000_000,
      });
    }),
  );
  for (const userWrites of writes) await Promise.all(userWrites);
}

const identity = (bytes: Buffer): Buffer => bytes;

function caller(port: number, path: string): (request: Buffer) => Promise<Buffer> {
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  return (request) =>
    new Promise((resolve, reject) => {
      client.makeUnaryRequest(path, identity, identity, request, (error, answer) => {
        if (error !== null) reject(error);
        else resolve(answer ?? Buffer.alloc(0));
      });
    });
}

/** Sends requests on one stream with a bounded number unanswered; gives answers a second. */
async function saturateStream(
  { port, path }: { readonly port: number; readonly path: string },
  requestOf: (n: number) => Buffer,
): Promise<number> {
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  const call: ClientDuplexStream<Buffer, Buffer> = client.makeBidiStreamRequest(path, identity, identity);
  const startedAt = performance.now();
  let sent = 0;
  let answered = 0;
  await new Promise<void>((resolve, reject) => {
    const send = (): void => {
      if (performance.now() - startedAt < durationMs) call.write(requestOf(sent++));
      else if (answered === sent) call.end();
    };
    call.on('data', () => {
      answered += 1;
      send();
    });
    call.on('end', resolve);
    call.on('error', reject);
    for (let i = 0; i < 64; i += 1) send();
  });
  client.close();
  return (answered * 1_000) / (performance.now() - startedAt);
}

async function main(): Promise<void> {
  const stack = await startBackingStack({ services: ['nats', 'redis', 'dynamodb'] });
  const folder = await mkdtemp(join(tmpdir(), 'affinity-bench-'));
  const running: { stop(graceMs?: number): Promise<unknown> }[] = [];
  try {
    const schemaFile = join(folder, 'schema.yaml');
    await writeFile(schemaFile, JSON.stringify(schemaDocument));
    const env = {
      ...serviceEnvironment(stack.addresses, { schemaFile, tablePrefix: 'bench-' }),
      AFFINITY_GRPC_PORT: '0',
    };
    Object.assign(process.env, env);
    const client = createDynamoClient({
      dynamoEndpoint: stack.addresses.dynamodb.endpoint,
      dynamoRegion: stack.addresses.dynamodb.region,
      dynamoTablePrefix: 'bench-',
    });
    const tables = tableNames('bench-');
    await ensureTables(client, tables);
    await fillStore(new DynamoTileStore({ client, table: tables.tiles, generation: 1 }));
    const store = await startServiceProcess({ app: 'feature-store', env });
    running.push(store);

    const draw = zipf(users, 1.1, random);
    const requests = Array.from({ length: 5_000 }, (_, n) => ({
      shape: n % shapes.length,
      request: {
        profile: { key: { $case: 'userId' as const, value: `u${draw()}` } },
        query: shapes[n % shapes.length],
      },
    }));
    const encoded = requests.map(({ request }) => Buffer.from(GetProfileRequest.encode(request).finish()));
    const lookups = requests.map(({ request }, n) =>
      Buffer.from(LookupProfilesRequest.encode({ lookupId: BigInt(n), request }).finish()),
    );
    const getProfile = caller(store.port('grpcPort'), '/affinity.profiles.v1.ProfileService/GetProfile');

    const answers: Buffer[] = [];
    for (const [n, request] of encoded.slice(0, shapes.length).entries()) {
      const answer = await getProfile(request);
      const { profile } = GetProfileResponse.decode(answer);
      if ((profile?.eventCount ?? 0n) === 0n)
        throw new Error(`shape ${n} has an empty answer: the benchmark would measure nothing`);
      answers.push(answer);
    }
    const streamed = answers.map((answer, n) =>
      Buffer.from(
        LookupProfilesResponse.encode({
          lookupId: BigInt(n),
          result: { $case: 'response', value: GetProfileResponse.decode(answer) },
        }).finish(),
      ),
    );
    const answersFile = join(folder, 'answers.json');
    await writeFile(answersFile, JSON.stringify(streamed.map((answer) => answer.toString('base64'))));
    const echo = await startServiceProcess({
      app: 'echo',
      env: { ECHO_ANSWERS: answersFile },
      script: join(__dirname, 'echo-server.cjs'),
    });
    running.push(echo);
    const callEcho = caller(echo.port('grpcPort'), '/bench.Echo/Unary');
    const echoRequests = requests.map(({ shape }) => Buffer.of(shape, ...new Uint8Array(20)));

    const unary = {
      echo: () =>
        saturate((n) => callEcho(echoRequests[n % echoRequests.length] ?? Buffer.alloc(0)), { inFlight, durationMs }),
      getProfile: () =>
        saturate((n) => getProfile(encoded[n % encoded.length] ?? Buffer.alloc(0)), { inFlight, durationMs }),
    };
    const throughput = await alternate(unary, rounds);
    const echoRate = median(throughput.echo.map(({ perSecond }) => perSecond));
    const profileRate = median(throughput.getProfile.map(({ perSecond }) => perSecond));
    const steady = { perSecond: profileRate / 2, durationMs };
    const latency = await alternate(
      {
        echo: () => atSteadyRate((n) => callEcho(echoRequests[n % echoRequests.length] ?? Buffer.alloc(0)), steady),
        getProfile: () => atSteadyRate((n) => getProfile(encoded[n % encoded.length] ?? Buffer.alloc(0)), steady),
      },
      rounds,
    );
    const streams = await alternate(
      {
        echo: () =>
          saturateStream(
            { port: echo.port('grpcPort'), path: '/bench.Echo/Stream' },
            (n) => echoRequests[n % echoRequests.length] ?? Buffer.alloc(0),
          ),
        lookup: () =>
          saturateStream(
            { port: store.port('grpcPort'), path: '/affinity.profiles.v1.ProfileService/LookupProfiles' },
            (n) => lookups[n % lookups.length] ?? Buffer.alloc(0),
          ),
      },
      rounds,
    );
    const at = (side: 'echo' | 'getProfile', share: number): number =>
      median(latency[side].map((latencies) => percentile(latencies, share)));
    reportBenchmark('get-profile', [
      {
        what: 'bare echo of the same bytes, unary',
        perSecond: echoRate,
        ratio: 1,
        p50Ms: at('echo', 0.5),
        p99Ms: at('echo', 0.99),
      },
      {
        what: 'GetProfile, 30 days, 50 dimensions',
        perSecond: profileRate,
        ratio: profileRate / echoRate,
        p50Ms: at('getProfile', 0.5),
        p99Ms: at('getProfile', 0.99),
      },
      { what: 'bare echo, stream', perSecond: median(streams.echo), ratio: median(streams.echo) / echoRate },
      { what: 'LookupProfiles', perSecond: median(streams.lookup), ratio: median(streams.lookup) / profileRate },
      { what: 'mean answer, bytes', bytes: answers.reduce((sum, { length }) => sum + length, 0) / answers.length },
    ]);
  } finally {
    await Promise.all(running.map((service) => service.stop()));
    await stack.stop();
    await rm(folder, { recursive: true });
  }
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exit(1);
  },
);
