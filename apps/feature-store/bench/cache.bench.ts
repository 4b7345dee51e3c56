/*
 * Reads of the durable store that the hot cache saves under Zipf traffic of 100,000 users when it holds 5,000 of them, and what
 * one very hot user, read and written all the time, costs the others. The slower the traffic, the more of the reads are those
 * by which each cached entry in use is confirmed once a minute: the rate is reported with the share.
 */
import { AnswerSource, GetProfileRequest, LookupProfilesRequest, LookupProfilesResponse } from '@affinity/contracts';
import {
  alternate,
  atSteadyRate,
  latencyColumns,
  median,
  reportBenchmark,
  saturate,
  seededRandom,
  zipf,
} from '@affinity/testing';
import { Redis } from 'ioredis';
import { readFile } from 'node:fs/promises';
import { storeUsers } from './bench-profiles';
import { benchmark, type BenchSystem } from './bench-system';
import { caller, saturateStream } from './raw-calls';

const users = 100_000;
const cachedUsers = 5_000;
const requests = 150_000;
const rounds = 3;
const durationMs = 3_000;
const othersPerSecond = 200;
const random = seededRandom(5);
const drawUser = zipf(users, 1.1, random);

/** Users by how often they are drawn: those that are never drawn need not be stored. */
const drawn = Array.from({ length: requests }, drawUser);
const distinct = [...new Set(drawn)];
const numberOf = new Map(distinct.map((user, i) => [user, i]));

const requestFor = (userId: string): Buffer =>
  Buffer.from(GetProfileRequest.encode({ profile: { key: { $case: 'userId', value: userId } } }).finish());

/** What decides which entries a full Redis pushes out, as it is deployed. */
const evictionSettings = /^(maxmemory-policy|lfu-\S+) (\S+)$/gm;
const deployedRedis = 'deploy/kubernetes/components/redis/redis.conf';

/** Makes Redis hold about so many users, those least used being pushed out. */
async function limitRedis(url: string, call: (request: Buffer) => Promise<Buffer>): Promise<Redis> {
  const redis = new Redis(url);
  const usedBytes = async (): Promise<number> => Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1]);
  const before = await usedBytes();
  const sample = 500;
  for (let i = 0; i < sample; i += 1) await call(requestFor(`u${i}`));
  const bytesPerUser = ((await usedBytes()) - before) / sample;
  await redis.config('SET', 'maxmemory', String(Math.ceil(before + bytesPerUser * cachedUsers)));
  for (const [, setting = '', value = ''] of (await readFile(deployedRedis, 'utf8')).matchAll(evictionSettings)) {
    await redis.config('SET', setting, value);
  }
  return redis;
}

async function measure(system: BenchSystem): Promise<void> {
  await storeUsers(system.tiles, { users: distinct.length, days: 1, eventsADay: 1, random });
  // Next to nothing in the process' own memory: it is the cache that is measured.
  const store = await system.startFeatureStore({ AFFINITY_MEMORY_MAX_BYTES: '1000000' });
  const call = caller({ port: store.port('grpcPort'), path: '/affinity.profiles.v1.ProfileService/GetProfile' });
  const redis = await limitRedis(system.addresses.redis.url, call);
  const { perSecond, sources } = await lookUpDrawn(store.port('grpcPort'));
  const held = await redis.dbsize();
  redis.disconnect();
  const answered = [...sources.values()].reduce((sum, count) => sum + count, 0);
  const saved = 1 - (sources.get(AnswerSource.STORE) ?? 0) / answered;

  const others = (): Promise<readonly number[]> =>
    atSteadyRate((n) => call(requestFor(`u${numberOf.get(drawn[n % requests] ?? 0)}`)), {
      perSecond: othersPerSecond,
      durationMs,
    });
  const latencies = await alternate(
    {
      alone: others,
      beside: async () => {
        const hot = saturate(() => call(requestFor('u0')), { inFlight: 4, durationMs });
        const measured = await others();
        const { perSecond } = await hot;
        hotRates.push(perSecond);
        return measured;
      },
    },
    rounds,
  );
  reportBenchmark('cache', [
    {
      what: `reads saved, ${distinct.length} users asked for, about ${cachedUsers} cached`,
      share: saved,
      perSecond,
      keysInRedis: held,
    },
    { what: `others at ${othersPerSecond} a second`, ...latencyColumns(latencies.alone) },
    { what: 'the same beside one very hot user', ...latencyColumns(latencies.beside), hotPerSecond: median(hotRates) },
  ]);
}

const hotRates: number[] = [];

/** Looks up all that were drawn. Counts where the answers came from once a third of them has warmed the cache. */
async function lookUpDrawn(port: number) {
  const sources = new Map<AnswerSource, number>();
  let answered = 0;
  const note = (answer: Pick<LookupProfilesResponse, 'result'>): void => {
    answered += 1;
    if (answered > requests / 3) count(sources, sourceOf(answer));
  };
  const perSecond = await saturateStream(
    { port, path: '/affinity.profiles.v1.ProfileService/LookupProfiles' },
    {
      requests,
      perMessage: 16,
      requestOf: lookupsFrom,
      answersIn: (message) => {
        const { more, ...answer } = LookupProfilesResponse.decode(message);
        for (const one of [answer, ...more]) note(one);
        return 1 + more.length;
      },
    },
  );
  return { perSecond, sources };
}

function lookupsFrom(n: number, size: number): Buffer {
  const lookups = drawn.slice(n, n + size).map((user, i) =>
    LookupProfilesRequest.fromPartial({
      lookupId: BigInt(n + i),
      request: { profile: { key: { $case: 'userId', value: `u${numberOf.get(user)}` } } },
    }),
  );
  const message = LookupProfilesRequest.fromPartial({ ...lookups[0], more: lookups.slice(1) });
  return Buffer.from(LookupProfilesRequest.encode(message).finish());
}

function sourceOf({ result }: Pick<LookupProfilesResponse, 'result'>): AnswerSource {
  if (result?.$case !== 'response') throw new Error('a lookup was refused');
  return result.value.info?.source ?? AnswerSource.UNSPECIFIED;
}

function count(sources: Map<AnswerSource, number>, source: AnswerSource): void {
  sources.set(source, (sources.get(source) ?? 0) + 1);
}

benchmark(measure);
