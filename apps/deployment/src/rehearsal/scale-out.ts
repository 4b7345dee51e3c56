import { setTimeout as pause } from 'node:timers/promises';
import type { Compose } from './compose';

/** What a change is made with. */
export interface Change {
  readonly compose: Compose;
  /** Told of each step in one line. */
  readonly report: (line: string) => void;
}

const service = 'profile-aggregator';
/** Long enough for several rounds of sharing out partitions. */
const settleMs = 12_000;

/** Runs three aggregators in place of one, and then one again. */
export async function scaleOutAndBack({ compose, report }: Change): Promise<void> {
  for (const replicas of [3, 1]) {
    await pause(settleMs);
    const startedAtMs = performance.now();
    await compose.compose([...upOnly, '--scale', `${service}=${replicas}`, service]);
    for (const { id } of await compose.running(service)) await compose.untilHealthy(id);
    report(`  ${replicas} aggregators after ${((performance.now() - startedAtMs) / 1_000).toFixed(1)} s`);
  }
  await pause(settleMs);
}

/** Starts containers of one service and leaves those that run as they are. */
export const upOnly = ['up', '--detach', '--no-deps', '--no-recreate'] as const;
