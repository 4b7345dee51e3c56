import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Below the range from which Linux takes ports for outgoing connections, so none of those can get in between. */
const LOWEST = 20_000;
const HIGHEST = 32_000;
const MAX_ATTEMPTS = 200;

const handedOut = new Set<number>();

/** A TCP port of 127.0.0.1 on which nothing listens, and which this process has not been given before. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const port = randomInt(LOWEST, HIGHEST);
    if (handedOut.has(port) || !(await isPortFree(port))) continue;
    handedOut.add(port);
    return port;
  }
  throw new Error(`found no free port from ${LOWEST} to ${HIGHEST} in ${MAX_ATTEMPTS} attempts`);
}

/** Whether nothing listens on a TCP port. */
export function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    // All interfaces, as some servers (DynamoDB Local) listen on all of them.
    server.listen(port, () => server.close(() => resolve(true)));
  });
}
