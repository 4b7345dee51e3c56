import { setTimeout as sleep } from 'node:timers/promises';
import { type Server } from '@grpc/grpc-js';

/** How a server is shut down. */
export interface ShutDownOptions {
  /** Milliseconds that calls in flight may take to finish. */
  readonly graceMs: number;
  /** Calls of our services that have not been answered yet. */
  readonly inFlight: () => number;
}

const pollMs = 10;
// Watchers of health and reflection never end by themselves; once our calls are done, only what is being sent is waited for.
const lingerMs = 250;

/** Takes no new calls, lets those in flight finish within the grace, and cuts the rest. Resolves with how many were cut. */
export async function shutDown(server: Server, { graceMs, inFlight }: ShutDownOptions): Promise<number> {
  const progress = { closed: false };
  const closing = new Promise<void>((resolve) => {
    server.tryShutdown(() => {
      progress.closed = true;
      resolve();
    });
  });
  const cutAt = Date.now() + Math.max(0, graceMs - lingerMs);
  while (!progress.closed && inFlight() > 0 && Date.now() < cutAt) await Promise.race([closing, sleep(pollMs)]);
  const cut = progress.closed ? 0 : inFlight();
  if (cut === 0) await Promise.race([closing, sleep(lingerMs)]);
  server.forceShutdown();
  return cut;
}
