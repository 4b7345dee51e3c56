/*
 * RankItems of 100 and 300 items, model and preferences merged and explained, against a bare echo of the same bytes, both at
 * a steady rate; and the time from an event's publication until a recommendation has changed by it.
 */
import { RankItemsRequest, RankItemsResponse } from '@affinity/contracts';
import {
  alternate,
  atSteadyRate,
  latencyColumns,
  reportBenchmark,
  runBenchmark,
  startServiceProcess,
  until,
  type BenchmarkRow,
} from '@affinity/testing';
import { Client, credentials } from '@grpc/grpc-js';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startGatewaySystem, type GatewaySystem } from '../test/integration/gateway-system';

const itemCount = 400;
const visitors = 20;
const sizes = [100, 300] as const;
const steady = { perSecond: 25, durationMs: 4_000 };
const rounds = 3;
const changedVisitors = 60;

const colours = ['red', 'blue', 'green', 'black', 'white'];
const itemIds = Array.from({ length: itemCount }, (_, i) => `car-${i}`);
const identity = (bytes: Buffer): Buffer => bytes;

function caller(port: number, path: string): (request: Buffer) => Promise<Buffer> {
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  return (request) =>
    new Promise((resolve, reject) => {
      client.makeUnaryRequest(path, identity, identity, request, (error, answer) => {
        if (error === null) resolve(answer ?? Buffer.alloc(0));
        else reject(error);
      });
    });
}

async function fill(system: GatewaySystem): Promise<void> {
  await system.putItems(
    Object.fromEntries(itemIds.map((id, i) => [id, { colour: colours[i % 5] ?? 'red', price: 500 + 37 * i }])),
  );
  for (let visitor = 0; visitor < visitors; visitor += 1) {
    const seen = itemIds.filter((_, i) => (i * 7 + visitor) % visitors === 0 || i % visitors === visitor);
    await system.view(`visitor-${visitor}`, ...seen);
  }
  const ready = async (): Promise<boolean> => {
    const { items, info } = await system.recommend('visitor-1', { maxResults: 50 });
    return items.length === 50 && info?.degraded === false;
  };
  await until(ready, 60_000, 'the model to know the items');
}

function rankingRequest(visitor: number, size: number): Buffer {
  const profile = { key: { $case: 'userId' as const, value: `visitor-${visitor % visitors}` } };
  const asked = Array.from({ length: size }, (_, i) => itemIds[(i * 3 + visitor) % itemCount] ?? 'car-0');
  return Buffer.from(RankItemsRequest.encode({ profile, itemIds: [...new Set(asked)], readToken: '' }).finish());
}

async function benchRanking(system: GatewaySystem, folder: string): Promise<BenchmarkRow[]> {
  const rank = caller(
    system.services.gateway.port('grpcPort'),
    '/affinity.recommendations.v1.RecommendationService/RankItems',
  );
  const answers = await Promise.all(sizes.map((size) => rank(rankingRequest(1, size))));
  for (const [i, answer] of answers.entries()) {
    const { items, info } = RankItemsResponse.decode(answer);
    const explained = items.filter(({ contributions }) => contributions.length > 1).length;
    if (info?.degraded !== false || explained === 0)
      throw new Error(`ranking ${sizes[i]} items is not what is measured`);
  }
  const answersFile = join(folder, 'answers.json');
  await writeFile(answersFile, JSON.stringify(answers.map((answer) => answer.toString('base64'))));
  const echo = await startServiceProcess({
    app: 'echo',
    env: { ECHO_ANSWERS: answersFile },
    script: join(__dirname, 'echo-server.cjs'),
  });
  try {
    const callEcho = caller(echo.port('grpcPort'), '/bench.Echo/Unary');
    const rows: BenchmarkRow[] = [];
    for (const [shape, size] of sizes.entries()) {
      const padding = rankingRequest(1, size);
      const latencies = await alternate(
        {
          echo: () => atSteadyRate(() => callEcho(Buffer.concat([Buffer.of(shape), padding])), steady),
          rank: () => atSteadyRate((n) => rank(rankingRequest(n, size)), steady),
        },
        rounds,
      );
      const [bare, ranked] = [latencyColumns(latencies.echo), latencyColumns(latencies.rank)];
      rows.push({ what: `bare echo of ${size} ranked items`, perSecond: steady.perSecond, ...bare });
      rows.push({
        what: `RankItems, ${size} items`,
        perSecond: steady.perSecond,
        ...ranked,
        p50Ratio: ranked.p50Ms / bare.p50Ms,
        p99Ratio: ranked.p99Ms / bare.p99Ms,
      });
    }
    return rows;
  } finally {
    await echo.stop();
  }
}

/** One view of a visitor of whom nothing was known: from its publication to the first answer that differs. */
async function benchChange(system: GatewaySystem): Promise<BenchmarkRow> {
  const tookMs: number[] = [];
  for (let n = 0; n < changedVisitors; n += 1) {
    const visitor = `new-${n}`;
    const listed = async (): Promise<string> => {
      const { items } = await system.recommend(visitor, { maxResults: 20, includeSeen: true });
      return JSON.stringify(items.map(({ itemId, contributions }) => [itemId, contributions]));
    };
    const before = await listed();
    const startedAt = performance.now();
    await system.view(visitor, itemIds[(n * 11) % itemCount] ?? 'car-0');
    while ((await listed()) === before) {
      if (performance.now() - startedAt > 30_000) throw new Error('a view changed nothing within 30 s');
    }
    tookMs.push(performance.now() - startedAt);
  }
  return {
    what: 'event to changed recommendation',
    ...latencyColumns([tookMs]),
  };
}

async function main(): Promise<void> {
  const system = await startGatewaySystem({ impressions: false });
  const folder = await mkdtemp(join(tmpdir(), 'affinity-bench-'));
  try {
    await fill(system);
    const rows = await benchRanking(system, folder);
    reportBenchmark('ranking', [...rows, await benchChange(system)]);
  } finally {
    await system.close();
    await rm(folder, { recursive: true });
  }
}

runBenchmark(main);
