import { type AddressInfo, type Server, type Socket, connect, createServer } from 'node:net';
import { forward } from './delayed-forwarding';
import { type TcpFaults } from './tcp-faults';

/** Where a proxy leads. */
export interface ProxyTarget {
  readonly host: string;
  readonly port: number;
}

/** A TCP proxy that misbehaves on demand. */
export interface TcpFaultProxy {
  /** On 127.0.0.1. */
  readonly port: number;
  /** Replaces the named faults from now on, for open connections too. */
  setFaults(faults: Partial<TcpFaults>): void;
  /** Resets (RST) all open connections. */
  resetConnections(): void;
  /** Open connections. */
  connections(): number;
  /** Cuts everything. */
  stop(): Promise<void>;
}

/** Starts a proxy on a free port. */
export async function startTcpProxy({ target }: { target: ProxyTarget }): Promise<TcpFaultProxy> {
  const sockets = new Set<Socket>();
  let faults: TcpFaults = { latencyMs: 0, refuse: false, blackhole: false };
  const links = new Set<{ wake(): void }>();
  const server = createServer({ allowHalfOpen: true }, (client) => {
    if (faults.refuse) return void client.resetAndDestroy();
    const upstream = connect({ ...target, allowHalfOpen: true });
    for (const socket of [client, upstream]) track(sockets, socket);
    joinFates(client, upstream);
    const current = (): TcpFaults => faults;
    const pair = [forward(client, upstream, current), forward(upstream, client, current)];
    for (const link of pair) links.add(link);
    client.once('close', () => pair.forEach((link) => links.delete(link)));
  });
  const port = await listen(server);
  return {
    port,
    setFaults: (changed) => {
      faults = { ...faults, ...changed };
      for (const link of links) link.wake();
    },
    resetConnections: () => sockets.forEach((socket) => socket.resetAndDestroy()),
    connections: () => sockets.size / 2,
    stop: () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      return closed;
    },
  };
}

function track(sockets: Set<Socket>, socket: Socket): void {
  socket.setNoDelay(true);
  sockets.add(socket);
  socket.on('error', () => undefined); // what follows from it is handled on close
  socket.once('close', () => sockets.delete(socket));
}

/** A reset on one side is a reset on the other. */
function joinFates(client: Socket, upstream: Socket): void {
  client.once('close', () => upstream.destroy());
  upstream.once('close', (hadError) => {
    if (hadError) client.resetAndDestroy();
    else client.destroySoon();
  });
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}
