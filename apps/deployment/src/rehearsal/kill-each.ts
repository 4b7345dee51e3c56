import { setTimeout as pause } from 'node:timers/promises';
import type { Compose } from './compose';

/** How long a killed container stays away. */
const awayMs = 2_000;
/** How long all may work together before the next is killed. */
const betweenMs = 3_000;

/** Kills each container in turn (SIGKILL), starts it again, and waits until it is healthy. */
export async function killEach(compose: Compose, report: (line: string) => void): Promise<void> {
  for (const { id, service } of await compose.running()) {
    await compose.docker(['kill', id]);
    await pause(awayMs);
    const startedAtMs = performance.now();
    await compose.docker(['start', id]);
    await compose.untilHealthy(id);
    report(`  killed ${service}; healthy ${((performance.now() - startedAtMs) / 1_000).toFixed(1)} s after its start`);
    await pause(betweenMs);
  }
}
