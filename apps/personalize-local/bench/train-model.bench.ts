/*
 * The recommender model without its server: time and peak memory of a training with tuning (each size in a process of its
 * own), and the latency of the best 500 items afterwards.
 */
import { type EnsembleModel, finish, type ModelEvent, training } from '@affinity/domain';
import { type BenchmarkRow, latencyColumns, reportBenchmark, seededRandom, zipf } from '@affinity/testing';
import { spawnSync } from 'node:child_process';

interface Size {
  readonly events: number;
  readonly items: number;
  readonly visitors: number;
}

const sizes: readonly Size[] = [
  { events: 100_000, items: 10_000, visitors: 5_000 },
  { events: 1_000_000, items: 50_000, visitors: 50_000 },
];
const questions = 3_000;
const megabyte = 1_048_576;
const dayMs = 86_400_000;

/** Visitors who mostly go on to an item near the last one, else to a popular one. */
function eventsOf({ events, items, visitors }: Size, random: () => number): ModelEvent[] {
  const drawVisitor = zipf(visitors, 0.8, random);
  const drawItem = zipf(items, 1, random);
  const last = new Uint32Array(visitors);
  return Array.from({ length: events }, (_, n) => {
    const visitor = drawVisitor();
    const item = random() < 0.6 ? ((last[visitor] ?? 0) + 1 + Math.floor(random() * 8)) % items : drawItem();
    last[visitor] = item;
    return { userId: `u${visitor}`, sessionId: `s${visitor}`, itemId: `i${item}`, atMs: 1.7e12 + n * 5_000 };
  });
}

function measure(size: Size): BenchmarkRow {
  const random = seededRandom(11);
  const events = eventsOf(size, random);
  const limits = {
    maxItems: size.items,
    maxVisitors: 2 * size.visitors,
    maxVisitsPerVisitor: 200,
    popularityHalfLifeMs: 14 * dayMs,
  };
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  const { model, validationNdcg } = finish(training(events, { limits }));
  const cpu = process.cpuUsage(cpuBefore);
  const seconds = (performance.now() - startedAt) / 1_000;
  const peakMb = (process.resourceUsage().maxRSS * 1_024) / megabyte;
  const latencies = answerTimes(model, zipf(size.visitors, 0.8, random));
  return {
    what: `${size.events} events, ${size.items} items`,
    seconds,
    // On a machine that others use too, this is what the training itself takes.
    cpuSeconds: (cpu.user + cpu.system) / 1e6,
    peakMb,
    ...latencyColumns([latencies]),
    validationNdcg,
  };
}

function answerTimes(model: EnsembleModel, drawVisitor: () => number): readonly number[] {
  return Array.from({ length: questions }, () => {
    const visitorId = `u${drawVisitor()}`;
    const startedAt = performance.now();
    if (model.forVisitor(visitorId, { count: 500 }).length !== 500) throw new Error('an answer is too short');
    return performance.now() - startedAt;
  });
}

const [, script = '', place] = process.argv;
const chosen = place === undefined ? undefined : sizes[Number(place)];
if (chosen !== undefined) {
  process.stdout.write(JSON.stringify(measure(chosen)));
} else {
  const rows = sizes.map((_, i): BenchmarkRow => {
    const { status, stdout } = spawnSync(process.execPath, [script, String(i)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    if (status !== 0) throw new Error(`measuring size ${i} failed`);
    return JSON.parse(stdout) as BenchmarkRow;
  });
  reportBenchmark('train-model', rows);
}
