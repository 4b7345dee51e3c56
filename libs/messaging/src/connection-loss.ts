import type { NatsConnection } from '@nats-io/transport-node';

/** One watch of each connection, however many ask. */
const watched = new WeakMap<NatsConnection, LossWatch>();

/**
 * A signal that aborts as soon as the connection is lost or closed from now on. What was asked before may be wrong after:
 * the server that answers next may have lost the end of its streams.
 */
export function connectionLoss(connection: NatsConnection): AbortSignal {
  const known = watched.get(connection);
  if (known !== undefined) return known.nextLoss;
  const watch = new LossWatch(connection);
  watched.set(connection, watch);
  return watch.nextLoss;
}

class LossWatch {
  private next = new AbortController();

  constructor(connection: NatsConnection) {
    void this.follow(connection);
  }

  get nextLoss(): AbortSignal {
    return this.next.signal;
  }

  private async follow(connection: NatsConnection): Promise<void> {
    for await (const { type } of connection.status()) {
      if (type !== 'disconnect' && type !== 'close') continue;
      this.next.abort();
      this.next = new AbortController();
    }
  }
}
