import { Server, type ServiceDefinition, type UntypedServiceImplementation } from '@grpc/grpc-js';
import { type GrpcServerSettings } from '../config/grpc-server-settings';
import { type Component, type StopOptions } from '../lifecycle/component';
import { type Health } from '../lifecycle/health';
import { type Logger } from '../logging/logger';
import { type Metrics } from '../metrics/metrics';
import { Semaphore } from '../resilience/semaphore';
import { createApiKeyAuthentication } from './api-keys';
import { type CallRuntime, tolerantDeserialize } from './call-runtime';
import { tolerantSerialize } from './encoded-message';
import { createServerCredentials } from './server-credentials';
import { createServerMetrics } from './server-metrics';
import { shutDown } from './server-shutdown';
import { addStandardServices } from './standard-services';
import { type AnyMethod, type BoundService, type ErasedHandler } from './service-definition';
import { bidiStreamingMethod, clientStreamingMethod, serverStreamingMethod } from './streaming-method';
import { unaryMethod } from './unary-method';

/** What a gRPC server is made from. */
export interface GrpcServerOptions {
  /** Usually the whole configuration of the service. Spans are recorded when it has a `tracingEndpoint`. */
  readonly settings: GrpcServerSettings & { readonly tracingEndpoint?: string | undefined };
  readonly services: readonly BoundService[];
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly health: Health;
  /** An encoded google.protobuf.FileDescriptorSet, from which reflection (v1 and v1alpha) answers; without it, no reflection. */
  readonly descriptorSet?: Uint8Array;
}

/** A gRPC server as a component; `port` is the bound one, 0 before it has started. */
export interface GrpcServer extends Component {
  readonly port: number;
}

/**
 * A gRPC server with health, reflection, metrics, limits and graceful stop. Each call has a deadline (unary: the
 * caller's within bounds, or the default), a slot (or is refused with a time to retry), and answers errors with details.
 * Health and reflection need no API key and take no slot. Rejects at start when the address cannot be bound.
 */
export function createGrpcServer(options: GrpcServerOptions): GrpcServer {
  const { settings, services, health, descriptorSet } = options;
  const server = new Server(channelOptions(settings));
  const drain = new AbortController();
  const runtime = createRuntime(options, drain.signal);
  for (const service of services) addService(server, service, runtime);
  let stopListening: () => void = () => undefined;
  let port = 0;
  const inFlight = () => runtime.unarySlots.inUse + runtime.streamSlots.inUse;
  return {
    name: 'grpc-server',
    get port() {
      return port;
    },
    start: async () => {
      const names = services.map((service) => service.name);
      stopListening = await addStandardServices(server, { services: names, health, descriptorSet });
      port = await bind(server, settings);
    },
    stop: async ({ graceMs }: StopOptions) => {
      drain.abort();
      // Half of the grace stays for what stops after this: a flush must not starve because a stream would not end.
      const cut = await shutDown(server, { graceMs: graceMs / 2, inFlight });
      stopListening();
      if (cut > 0) options.logger.warn({ calls: cut }, 'calls were cut by the stop');
    },
    readyFields: () => ({ grpcPort: port }),
  };
}

function createRuntime({ settings, logger, metrics }: GrpcServerOptions, draining: AbortSignal): CallRuntime {
  const unarySlots = new Semaphore({ limit: settings.grpcMaxConcurrentCalls });
  const streamSlots = new Semaphore({ limit: settings.grpcMaxConcurrentStreams, retryAfterMs: 1_000 });
  const inFlight = { calls: () => unarySlots.inUse, streams: () => streamSlots.inUse };
  const apiKeys = settings.grpcApiKeys;
  return {
    logger,
    metrics: createServerMetrics(metrics, inFlight),
    unarySlots,
    streamSlots,
    draining,
    authenticate: apiKeys === undefined ? undefined : createApiKeyAuthentication(apiKeys.reveal()),
    defaultDeadlineMs: settings.grpcDefaultDeadlineMs,
    maxDeadlineMs: settings.grpcMaxDeadlineMs,
    recordsSpans: settings.tracingEndpoint !== undefined,
  };
}

function channelOptions(settings: GrpcServerSettings) {
  return {
    'grpc.max_receive_message_length': settings.grpcMaxMessageBytes,
    'grpc.max_send_message_length': settings.grpcMaxMessageBytes,
    'grpc.keepalive_time_ms': settings.grpcKeepaliveMs,
    'grpc.keepalive_timeout_ms': 10_000,
    'grpc.max_connection_age_ms': settings.grpcMaxConnectionAgeMs,
    'grpc.max_connection_age_grace_ms': settings.grpcMaxConnectionAgeGraceMs,
    // One connection cannot make us buffer more requests than all slots together; the rest waits at the client.
    'grpc.max_concurrent_streams': settings.grpcMaxConcurrentCalls + settings.grpcMaxConcurrentStreams,
    // Channelz stays on: without it, forceShutdown of grpc-js 1.14 forgets its connections and cuts nothing.
  };
}

function addService(server: Server, { definition, handlers }: BoundService, runtime: CallRuntime): void {
  const implementation: UntypedServiceImplementation = {};
  const tolerant: Record<string, unknown> = {};
  for (const [name, method] of Object.entries(definition)) {
    tolerant[name] = {
      ...method,
      requestDeserialize: tolerantDeserialize(method.requestDeserialize),
      responseSerialize: tolerantSerialize(method.responseSerialize),
    };
    const handler = handlers[name];
    if (handler !== undefined) implementation[name] = adapt(method, handler, runtime);
  }
  server.addService(tolerant as ServiceDefinition, implementation);
}

function adapt(method: AnyMethod, handler: ErasedHandler, runtime: CallRuntime) {
  if (!method.requestStream && !method.responseStream) return unaryMethod(method, handler, runtime);
  if (!method.requestStream) return serverStreamingMethod(method, handler, runtime);
  if (!method.responseStream) return clientStreamingMethod(method, handler, runtime);
  return bidiStreamingMethod(method, handler, runtime);
}

function bind(server: Server, settings: GrpcServerSettings): Promise<number> {
  const address = `${settings.grpcHost}:${settings.grpcPort}`;
  return new Promise((resolve, reject) => {
    server.bindAsync(address, createServerCredentials(settings), (error, port) => {
      if (error === null) resolve(port);
      else reject(new Error(`cannot listen on ${address}`, { cause: error }));
    });
  });
}
