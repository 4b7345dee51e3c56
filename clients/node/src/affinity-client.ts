import {
  IngestServiceService,
  ItemServiceService,
  ProfileServiceService,
  RecommendationServiceService,
  UserServiceService,
} from '@affinity/contracts';
import {
  createGrpcClient,
  Secret,
  type AnyService,
  type GrpcClient,
  type GrpcClientOptions,
} from '@affinity/service-kit';
import type { AffinityClientOptions, ServiceName } from './client-options';
import type { ServiceCalls } from './service-calls';

/** Everything that Affinity offers to other teams. */
export interface AffinityClient {
  /** Publishes events. */
  readonly ingest: ServiceCalls<typeof IngestServiceService>;
  /** Stores and fetches users. */
  readonly users: ServiceCalls<typeof UserServiceService>;
  /** Stores and fetches items of the catalogue. */
  readonly items: ServiceCalls<typeof ItemServiceService>;
  /** Profiles, preferences and features of visitors. */
  readonly profiles: ServiceCalls<typeof ProfileServiceService>;
  /** Recommendations and rankings. */
  readonly recommendations: ServiceCalls<typeof RecommendationServiceService>;
  /** Resolves when all services are connected. Rejects with UNAVAILABLE when that takes longer. */
  waitForReady(timeoutMs: number): Promise<void>;
  /** Lets calls in flight finish and closes the connections. */
  close(): void;
}

const defaultDeadlineMs = 5_000;
const defaultRetries = 2;

/**
 * A client of all services. It connects when first used and reconnects by itself.
 *
 * Each unary call has a deadline. One that fails with UNAVAILABLE, or that was refused with a time to come back, is repeated
 * after that time and a growing, random pause, within its deadline; while most calls fail, retries are rationed so that they
 * do not add to an outage. Repeating is safe for every method: events carry their own ids, and puts replace. Failures are
 * AffinityErrors with the gRPC code, the fields that were wrong, and when to try again.
 */
export function createAffinityClient(options: AffinityClientOptions): AffinityClient {
  const connect = <D extends AnyService>(name: ServiceName, service: D): GrpcClient<D> =>
    createGrpcClient({ service }, clientOptions(name, service, options));
  const services = {
    ingest: connect('ingest', IngestServiceService),
    users: connect('users', UserServiceService),
    items: connect('items', ItemServiceService),
    profiles: connect('profiles', ProfileServiceService),
    recommendations: connect('recommendations', RecommendationServiceService),
  };
  const clients = Object.values(services);
  return {
    ...services,
    waitForReady: async (timeoutMs) => {
      await Promise.all(clients.map((client) => client.waitForReady(timeoutMs)));
    },
    close: () => {
      for (const client of clients) client.close();
    },
  };
}

function clientOptions<D extends AnyService>(
  name: ServiceName,
  service: D,
  options: AffinityClientOptions,
): GrpcClientOptions<D> {
  const { address, addresses, tls, apiKey, deadlineMs, retries = defaultRetries, maxMessageBytes } = options;
  const { key, ...certificates } = tls ?? {};
  return {
    address: addresses?.[name] ?? address,
    defaultDeadlineMs: deadlineMs ?? defaultDeadlineMs,
    retry: { idempotent: Object.keys(service), attempts: retries + 1 },
    ...(tls === undefined ? {} : { tls: { ...certificates, ...(key === undefined ? {} : { key: new Secret(key) }) } }),
    ...(apiKey === undefined ? {} : { apiKey: new Secret(apiKey) }),
    ...(maxMessageBytes === undefined ? {} : { maxMessageBytes }),
  };
}
