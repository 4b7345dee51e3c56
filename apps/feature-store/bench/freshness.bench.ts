/*
 * From publishing an event to a profile that has it, through ingest, the stream, the aggregator and the store, under Zipf
 * traffic at four rates. Beside it what the durable store writes a second when nothing else is asked of it.
 */
import {
  encodeReadToken,
  decodeReadToken,
  Freshness,
  IngestServiceClient,
  ProfileServiceClient,
  toAttributes,
  type Event,
} from '@affinity/contracts';
import { dayOf, emptyTile, foldInteraction, type AttributeValue } from '@affinity/domain';
import { createGrpcClient, retry, TokenBucket } from '@affinity/service-kit';
import { alternate, latencyColumns, median, reportBenchmark, saturate, seededRandom, zipf } from '@affinity/testing';
import { setTimeout as delay } from 'node:timers/promises';
import { dimensions, schema } from './bench-profiles';
import { benchmark, type BenchSystem } from './bench-system';

const rates = [200, 500, 1_000, 2_000] as const;
const rounds = 3;
const durationMs = 6_000;
const users = 5_000;
const batchesPerSecond = 20;
const probeEveryMs = 50;
/** Attributes of an event. */
const attributesOfEvent = dimensions.slice(0, 10);
const random = seededRandom(3);
const drawUser = zipf(users, 1.1, random);
let made = 0;

function nextEvent(userId = `u${drawUser()}`): Event {
  made += 1;
  const values = attributesOfEvent.map(({ name, kind }): [string, AttributeValue] => [
    name,
    kind === 'numeric' ? Math.floor(random() * 1_000) : `value${Math.floor(random() ** 2 * 8)}`,
  ]);
  return {
    eventId: `e${made}`,
    userId,
    sessionId: 's',
    eventType: 'view',
    itemId: `i${Math.floor(random() * 2_000)}`,
    occurredAt: new Date(),
    attributes: toAttributes(new Map(values)),
    recommendationId: '',
    impression: [],
  };
}

interface Clients {
  readonly ingest: ReturnType<typeof createGrpcClient<typeof IngestServiceClient.service>>;
  readonly profiles: ReturnType<typeof createGrpcClient<typeof ProfileServiceClient.service>>;
}

async function publishSteadily({ ingest }: Clients, rate: number): Promise<number> {
  const size = Math.max(1, Math.round(rate / batchesPerSecond));
  const pace = new TokenBucket({ ratePerSecond: rate, burst: rate });
  const startedAt = performance.now();
  const calls: Promise<unknown>[] = [];
  while (performance.now() - startedAt < durationMs) {
    await pace.take(size);
    const events = Array.from({ length: size }, () => nextEvent());
    calls.push(retry(() => ingest.publishEvents({ events }), { attempts: 50 }));
  }
  await Promise.all(calls);
  return (calls.length * size * 1_000) / (performance.now() - startedAt);
}

/** How long one event takes to be in its profile, in milliseconds. */
async function probe({ ingest, profiles }: Clients, userId: string): Promise<number> {
  const startedAt = performance.now();
  const { readToken } = await ingest.publishEvents({ events: [nextEvent(userId)] });
  const token = decodeReadToken(readToken);
  if (token === undefined) throw new Error('ingest gave no token');
  const options = { readToken: encodeReadToken(token), freshness: Freshness.UNSPECIFIED };
  const request = { profile: { key: { $case: 'userId' as const, value: userId } }, options };
  const { info } = await profiles.getProfile(request, { timeoutMs: 60_000 });
  if (info?.tokenCovered !== true) throw new Error(`the event of ${userId} did not become visible in a minute`);
  return performance.now() - startedAt;
}

/** Waits until what was published before is stored, so that each rate begins without a backlog. */
async function settle(clients: Clients): Promise<void> {
  for (let i = 0; i < 64; i += 1) await probe(clients, `settling${i}`);
}

interface AtRate {
  readonly latenciesMs: readonly number[];
  /** Events a second. */
  readonly published: number;
}

async function atRate(clients: Clients, rate: number): Promise<AtRate> {
  await settle(clients);
  const publishing = publishSteadily(clients, rate);
  const probes: Promise<number>[] = [];
  for (let at = 0; at < durationMs; at += probeEveryMs) {
    await delay(probeEveryMs);
    probes.push(probe(clients, `probe${probes.length % 64}`));
  }
  return { latenciesMs: await Promise.all(probes), published: await publishing };
}

/** The bare store: writes of tiles like those of the aggregator, as many at once as it has under way. */
async function writeBare({ tiles }: BenchSystem, round: number): Promise<number> {
  const tile = emptyTile();
  const occurredAtMs = Date.now();
  const attributes = new Map<string, AttributeValue>(
    attributesOfEvent.map(({ name, kind }) => [name, kind === 'numeric' ? 5 : 'value1']),
  );
  const interaction = { eventId: 'e', profileKey: 'u', eventType: 'view', itemId: 'i', occurredAtMs, attributes };
  foldInteraction(tile, { ...interaction, receivedAtMs: occurredAtMs }, { schema });
  const { perSecond } = await saturate(
    (n) => {
      const owner = { kind: 'user', profileKey: `bare${round}-${n}` } as const;
      const write = {
        key: { owner, day: dayOf(occurredAtMs), region: 'bare' },
        expectedVersion: 0,
        newVersion: 1,
        changed: tile.dimensions,
        eventCount: 1,
        mark: { sequence: 1, timestampNs: 1n },
        writer: 'bench',
        eventIdHashes: [1],
        expiresAtS: 4_000_000_000,
      };
      return retry(() => tiles.write(write), { attempts: 10 });
    },
    { inFlight: 200, durationMs: durationMs / 2 },
  );
  return perSecond;
}

async function measure(system: BenchSystem): Promise<void> {
  await system.startAggregator();
  const [ingestService, store] = await Promise.all([system.startIngest(), system.startFeatureStore()]);
  const options = (port: number) => ({ address: `127.0.0.1:${port}`, defaultDeadlineMs: 30_000 });
  const clients = {
    ingest: createGrpcClient(IngestServiceClient, options(ingestService.port('grpcPort'))),
    profiles: createGrpcClient(ProfileServiceClient, options(store.port('grpcPort'))),
  };
  let round = 0;
  const writes: number[] = [];
  const bare = async (): Promise<AtRate> => {
    writes.push(await writeBare(system, (round += 1)));
    return { latenciesMs: [], published: 0 };
  };
  const sides = Object.fromEntries(rates.map((rate) => [`at ${rate}`, () => atRate(clients, rate)]));
  const results = await alternate<string, AtRate>({ bare, ...sides }, rounds);
  clients.ingest.close();
  clients.profiles.close();
  reportBenchmark('freshness', [
    { what: 'tiles that the bare store writes a second', perSecond: median(writes) },
    ...rates.map((rate) => {
      const runs = results[`at ${rate}`] ?? [];
      return {
        what: `event to profile at ${rate} events a second`,
        perSecond: median(runs.map(({ published }) => published)),
        ...latencyColumns(runs.map(({ latenciesMs }) => latenciesMs)),
      };
    }),
  ]);
}

benchmark(measure);
