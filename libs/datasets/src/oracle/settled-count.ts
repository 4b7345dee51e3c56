import { setTimeout as pause } from 'node:timers/promises';

/** What is waited for, and how long. */
export interface SettledCountOptions<Stock> {
  readonly countOf: (stock: Stock) => number;
  /** The count that is to be reached. */
  readonly expected: number;
  /** It gives up waiting when the count has not changed for so long. */
  readonly patienceMs: number;
  /** Between looks (default 1,000). */
  readonly pollMs?: number;
}

/** Takes stock again and again until there is as much as expected or no more comes. Gives the last stock taken. */
export async function settledCount<Stock>(
  takeStock: () => Promise<Stock>,
  { countOf, expected, patienceMs, pollMs = 1_000 }: SettledCountOptions<Stock>,
): Promise<Stock> {
  let last = { count: -1, changedAtMs: performance.now() };
  for (;;) {
    const stock = await takeStock();
    const count = countOf(stock);
    const nowMs = performance.now();
    if (count !== last.count) last = { count, changedAtMs: nowMs };
    if (count >= expected || nowMs - last.changedAtMs > patienceMs) return stock;
    await pause(pollMs);
  }
}
