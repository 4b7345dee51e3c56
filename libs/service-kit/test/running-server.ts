import { type Environment, loadConfig } from '../src/config/load-config';
import { grpcServerSettings } from '../src/config/grpc-server-settings';
import { createGrpcClient } from '../src/grpc/client';
import { type GrpcClientOptions } from '../src/grpc/client-types';
import { createGrpcServer, type GrpcServerOptions } from '../src/grpc/server';
import { bindService, type HandlersOf } from '../src/grpc/service-definition';
import { Health } from '../src/lifecycle/health';
import { createLogger } from '../src/logging/logger';
import { createMetrics } from '../src/metrics/metrics';
import { EchoService, EchoServiceClient } from './echo-service';

type Handlers = HandlersOf<typeof EchoService>;

/** What a test may change of the server. */
export interface RunningServerOptions {
  readonly env?: Environment;
  readonly files?: Readonly<Record<string, string>>;
  readonly server?: Partial<GrpcServerOptions>;
  readonly client?: Partial<GrpcClientOptions<typeof EchoService>>;
}

/** Starts an echo server on a free port with a connected client; `stop` ends both. */
export async function startServer(handlers: Handlers, options: RunningServerOptions = {}) {
  const { env = {}, files = {} } = options;
  const settings = loadConfig(grpcServerSettings('0'), env, { readFile: (path) => files[path] ?? '' });
  const logLines: string[] = [];
  const logger = createLogger({
    service: 'echo',
    level: 'info',
    destination: { write: (line) => logLines.push(line) },
  });
  const metrics = createMetrics({ service: 'echo', processMetrics: false });
  const health = new Health();
  health.markServing();
  const services = [bindService(EchoService, handlers)];
  const server = createGrpcServer({ settings, services, logger, metrics, health, ...options.server });
  await server.start();
  const address = `localhost:${server.port}`;
  const client = createGrpcClient(EchoServiceClient, { address, defaultDeadlineMs: 5_000, ...options.client });
  const stop = async () => {
    client.close();
    await server.stop({ graceMs: 2_000 });
  };
  return { server, client, address, health, metrics, logLines, stop };
}

/** Runs `test` with a server and stops the server whatever happens. */
export async function withServer(
  handlers: Handlers,
  options: RunningServerOptions,
  test: (running: Awaited<ReturnType<typeof startServer>>) => Promise<void>,
): Promise<void> {
  const running = await startServer(handlers, options);
  try {
    await test(running);
  } finally {
    await running.stop();
  }
}
