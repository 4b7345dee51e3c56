import { connect, credsAuthenticator, type ConnectionOptions, type NatsConnection } from '@nats-io/transport-node';
import {
  AffinityError,
  fromUnknown,
  unavailable,
  type ConfigOf,
  type Logger,
  type natsSettings,
} from '@affinity/service-kit';

type NatsSettings = ConfigOf<typeof natsSettings>;

/** Where NATS is and, where it asks, how to prove who we are. */
export type NatsConfig = Pick<NatsSettings, 'natsUrls'> & Partial<NatsSettings>;

/** Below this, servers silently ignore message TTL and consumer priorities that the code relies on. */
const oldestServer = [2, 11] as const;

/**
 * Connects to NATS and goes on reconnecting for as long as the connection is open. Throws UNAVAILABLE when no server
 * answers within 5 s, FAILED_PRECONDITION when the server is older than 2.11 or has no JetStream.
 */
export async function connectNats(
  config: NatsConfig,
  { name, logger }: { name: string; logger: Logger },
): Promise<NatsConnection> {
  const connection = await connect(connectionOptions(config, name)).catch((error: unknown) => {
    throw unavailable(`NATS at ${config.natsUrls.join(', ')} does not answer`, { cause: fromUnknown(error) });
  });
  try {
    requireServer(connection);
  } catch (error) {
    await connection.close();
    throw error;
  }
  void logStatus(connection, logger);
  return connection;
}

function connectionOptions(config: NatsConfig, name: string): ConnectionOptions {
  const creds = config.natsCredentials?.reveal();
  return {
    servers: [...config.natsUrls],
    name,
    timeout: 5_000,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 200,
    reconnectJitter: 200,
    pingInterval: 5_000,
    maxPingOut: 2,
    noAsyncTraces: true, // A stack for each request, in case that it fails, took a tenth of the time of publishing.
    ...(creds === undefined ? {} : { authenticator: credsAuthenticator(new TextEncoder().encode(creds)) }),
    ...(config.natsTlsCa === undefined ? {} : { tls: tlsOptions(config, config.natsTlsCa) }),
  };
}

function tlsOptions(config: NatsConfig, ca: string): NonNullable<ConnectionOptions['tls']> {
  const key = config.natsTlsKey?.reveal();
  return {
    ca,
    ...(config.natsTlsCert === undefined ? {} : { cert: config.natsTlsCert }),
    ...(key === undefined ? {} : { key }),
  };
}

function requireServer({ info }: NatsConnection): void {
  const version = info?.version ?? 'unknown';
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [oldestMajor, oldestMinor] = oldestServer;
  if (major < oldestMajor || (major === oldestMajor && minor < oldestMinor)) {
    throw new AffinityError(
      'FAILED_PRECONDITION',
      `NATS server ${version} is too old: ${oldestServer.join('.')} or newer is needed`,
    );
  }
  if (info?.jetstream !== true) {
    throw new AffinityError('FAILED_PRECONDITION', 'the NATS server has no JetStream: start it with JetStream enabled');
  }
}

async function logStatus(connection: NatsConnection, logger: Logger): Promise<void> {
  for await (const status of connection.status()) {
    if (status.type === 'disconnect' || status.type === 'reconnect')
      logger.warn({ server: connection.getServer() }, `nats ${status.type}`);
    else if (status.type === 'error') logger.warn({ err: status.error }, 'nats error');
  }
}
