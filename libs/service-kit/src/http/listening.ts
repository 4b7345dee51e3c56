import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Resolves when the server listens. Rejects when the address is taken or not of this machine. */
export function listen(
  server: Server,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** The port that the server listens on, which port 0 leaves to the machine; 0 when it does not listen. */
export function boundPort(server: Server): number {
  return (server.address() as AddressInfo | null)?.port ?? 0;
}

/**
 * Refuses new connections, lets requests under way end for at most `graceMs`, then cuts them. A connection that is idle now does
 * not hold it up; one that becomes idle does, unless its last answer said `connection: close`.
 */
export async function drain(server: Server, graceMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  const cut = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearTimeout(cut);
}
