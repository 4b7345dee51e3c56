import type { NatsConnection } from '@nats-io/transport-node';
import type { Component, Health } from '@affinity/service-kit';

/** The parts of a connection that are watched. */
export type WatchedConnection = Pick<NatsConnection, 'status' | 'close'>;

const name = 'nats';

/** Owns the connection: the service is unready while it is lost, and closes it when everything else has stopped. */
export function createNatsReadiness(connection: WatchedConnection, health: Health): Component {
  return {
    name,
    start: () => {
      void watch(connection, health);
      return Promise.resolve();
    },
    stop: () => connection.close(),
  };
}

async function watch(connection: WatchedConnection, health: Health): Promise<void> {
  for await (const { type } of connection.status()) {
    if (type === 'disconnect') health.report(name, 'the connection is lost');
    else if (type === 'reconnect') health.report(name, undefined);
  }
}
