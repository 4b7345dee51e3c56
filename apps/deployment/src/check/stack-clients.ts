import {
  IngestServiceClient,
  ProfileServiceClient,
  RecommendationServiceClient,
  UserServiceClient,
} from '@affinity/contracts';
import { createGrpcClient } from '@affinity/service-kit';

/** Where a stack answers. */
export interface StackAddresses {
  /** `host:port`, or a name that gRPC resolves. */
  readonly ingest: string;
  readonly featureStore: string;
  readonly gateway: string;
  /** URLs. */
  readonly dynamodb: string;
  readonly objectStore: string;
}

/** Clients of a stack. */
export type StackClients = ReturnType<typeof connectToStack>;

const defaultDeadlineMs = 15_000;

/** Connects to a stack's gRPC services, with the first call. */
export function connectToStack({ ingest: ingestAddress, featureStore, gateway }: StackAddresses) {
  const ingest = createGrpcClient(IngestServiceClient, { address: ingestAddress, defaultDeadlineMs });
  const profiles = createGrpcClient(ProfileServiceClient, { address: featureStore, defaultDeadlineMs });
  const users = createGrpcClient(UserServiceClient, { address: featureStore, defaultDeadlineMs });
  const recommendations = createGrpcClient(RecommendationServiceClient, { address: gateway, defaultDeadlineMs });
  const close = (): void => {
    for (const client of [ingest, profiles, users, recommendations]) client.close();
  };
  return { ingest, profiles, users, recommendations, close };
}
