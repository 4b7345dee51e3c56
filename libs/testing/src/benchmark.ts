import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** One line of a benchmark's table. */
export interface BenchmarkRow {
  readonly what: string;
  readonly [column: string]: string | number;
}

/** The middle of the values, the mean of the two middle ones of an even number. NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  const middle = sorted.length / 2;
  if (sorted.length % 2 === 1) return sorted[Math.floor(middle)] ?? Number.NaN;
  return ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
}

/** The value that a share (0 to 1) of the values does not exceed: nearest rank. NaN of none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

/** Columns for how long calls took, in milliseconds: the medians over rounds of each round's percentiles. */
export function latencyColumns(rounds: readonly (readonly number[])[]): {
  readonly p50Ms: number;
  readonly p99Ms: number;
} {
  const middle = (share: number): number => median(rounds.map((latenciesMs) => percentile(latenciesMs, share)));
  return { p50Ms: middle(0.5), p99Ms: middle(0.99) };
}

/** How fast a run went through its events, and what each of them cost. */
export interface TimedRun {
  readonly perSecond: number;
  /** Processor time of this process for each event, which other processes of a busy machine do not lengthen. */
  readonly cpuUsPerEvent: number;
}

/** Times a run through so many events. */
export async function timed(events: number, run: () => Promise<void>): Promise<TimedRun> {
  const startedAt = performance.now();
  const before = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(before);
  return {
    perSecond: (events * 1_000) / (performance.now() - startedAt),
    cpuUsPerEvent: (user + system) / events,
  };
}

/**
 * Runs the sides in turn, round after round, so that a machine that slows down slows all of them, and gives each side's
 * results in the order of the rounds. The first round warms up and is left out.
 */
export async function alternate<Side extends string, Result>(
  sides: Readonly<Record<Side, () => Promise<Result>>>,
  rounds: number,
): Promise<Readonly<Record<Side, readonly Result[]>>> {
  const names = Object.keys(sides) as Side[];
  const results = Object.fromEntries(names.map((name) => [name, [] as Result[]])) as unknown as Record<Side, Result[]>;
  for (let round = 0; round <= rounds; round += 1) {
    for (const name of names) {
      const result = await sides[name]();
      if (round > 0) results[name].push(result);
    }
  }
  return results;
}

/** Keeps `inFlight` operations under way for a time. Gives how many ended a second, and how long each took in milliseconds. */
export async function saturate(
  operation: (n: number) => Promise<unknown>,
  { inFlight, durationMs }: { readonly inFlight: number; readonly durationMs: number },
): Promise<{ readonly perSecond: number; readonly latenciesMs: readonly number[] }> {
  const latenciesMs: number[] = [];
  const startedAt = performance.now();
  let next = 0;
  const work = async (): Promise<void> => {
    while (performance.now() - startedAt < durationMs) {
      const sentAt = performance.now();
      await operation(next++);
      latenciesMs.push(performance.now() - sentAt);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, work));
  return { perSecond: (latenciesMs.length * 1_000) / (performance.now() - startedAt), latenciesMs };
}

/** Starts operations at a steady rate, whatever they take, and gives how long each took from when it was due. */
export async function atSteadyRate(
  operation: (n: number) => Promise<unknown>,
  { perSecond, durationMs }: { readonly perSecond: number; readonly durationMs: number },
): Promise<readonly number[]> {
  const count = Math.floor((perSecond * durationMs) / 1_000);
  const startedAt = performance.now();
  const running: Promise<number>[] = [];
  for (let n = 0; n < count; n += 1) {
    const dueAt = startedAt + (n * 1_000) / perSecond;
    const waitMs = dueAt - performance.now();
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    running.push(operation(n).then(() => performance.now() - dueAt));
  }
  return Promise.all(running);
}

/** Indices from 0 to count - 1, drawn with probability proportional to 1 / (index + 1)^exponent. */
export function zipf(count: number, exponent: number, random: () => number): () => number {
  const cumulative: number[] = [];
  let total = 0;
  for (let i = 0; i < count; i += 1) cumulative.push((total += 1 / (i + 1) ** exponent));
  return () => {
    const at = random() * total;
    let low = 0;
    let high = count - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((cumulative[middle] ?? 0) < at) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}

/** Prints the rows as a table and writes them to `<folder>/<name>.json`. */
export function reportBenchmark(name: string, rows: readonly BenchmarkRow[], folder = join('bench', 'results')): void {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const text = (value: string | number | undefined): string =>
    typeof value === 'number' ? String(Number(value.toPrecision(4))) : (value ?? '');
  const widths = columns.map((column) => Math.max(column.length, ...rows.map((row) => text(row[column]).length)));
  const line = (cells: readonly string[]): string => cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  ');
  process.stdout.write(`\n${name}\n${line(columns)}\n`);
  for (const row of rows) process.stdout.write(`${line(columns.map((column) => text(row[column])))}\n`);
  const path = join(folder, `${name}.json`);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(
    path,
    `${JSON.stringify({ name, node: process.version, at: new Date().toISOString(), rows }, undefined, 2)}\n`,
  );
}

/** Runs a benchmark and ends the process with how that went. */
export function runBenchmark(measure: () => Promise<void>): void {
  measure().then(
    () => process.exit(0),
    (error: unknown) => {
      process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
      process.exit(1);
    },
  );
}
