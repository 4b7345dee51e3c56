/*
 * Reads of the durable store that the hot cache saves under Zipf traffic of 100,000 users when it holds 5,000 of them, and what
 * one very hot user, read and written all the time, costs the others.
 */
import { AnswerSource, GetProfileRequest, GetProfileResponse } from '@affinity/contracts';
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
import { storeUsers } from './bench-profiles';
import { benchmark, type BenchSystem } from './bench-system';
import { caller } from './raw-calls';

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

/** Makes Redis hold about so many users, those least used being pushed out. */
async function limitRedis(url: string, call: (request: Buffer) => Promise<Buffer>): Promise<Redis> {
  const redis = new Redis(url);
  const usedBytes = async (): Promise<number> => Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1]);
  const before = await usedBytes();
  const sample = 500;
  for (let i = 0; i < sample; i += 1) await call(requestFor(`u${i}`));
  const bytesPerUser = ((await usedBytes()) - before) / sample;
  await redis.config('SET', 'maxmemory', String(Math.ceil(before + bytesPerUser * cachedUsers)));
  await redis.config('SET', 'maxmemory-policy', 'allkeys-lfu');
  return redis;
}

async function measure(system: BenchSystem): Promise<void> {
  await storeUsers(system.tiles, { users: distinct.length, days: 1, eventsADay: 1, random });
  // Next to nothing in the process' own memory: it is the cache that is measured.
  const store = await system.startFeatureStore({ AFFINITY_MEMORY_MAX_BYTES: '1000000' });
  const call = caller({ port: store.port('grpcPort'), path: '/affinity.profiles.v1.ProfileService/GetProfile' });
  const redis = await limitRedis(system.addresses.redis.url, call);
  const sources = new Map<AnswerSource, number>();
  const warmUp = requests / 3;
  await saturateAll(drawn, async (user, n) => {
    const { info } = GetProfileResponse.decode(await call(requestFor(`u${numberOf.get(user)}`)));
    const source = info?.source ?? AnswerSource.UNSPECIFIED;
    if (n >= warmUp) sources.set(source, (sources.get(source) ?? 0) + 1);
  });
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
      keysInRedis: held,
    },
    { what: `others at ${othersPerSecond} a second`, ...latencyColumns(latencies.alone) },
    { what: 'the same beside one very hot user', ...latencyColumns(latencies.beside), hotPerSecond: median(hotRates) },
  ]);
}

const hotRates: number[] = [];

/** Runs through all of a list, 16 at a time. */
async function saturateAll<T>(list: readonly T[], each: (element: T, n: number) => Promise<void>): Promise<void> {
  let next = 0;
  const work = async (): Promise<void> => {
    for (let n = next++; n < list.length; n = next++) await each(list[n] as T, n);
  };
  await Promise.all(Array.from({ length: 16 }, work));
}

benchmark(measure);
