import {
  IngestServiceClient,
  ItemServiceClient,
  ProfileServiceClient,
  RecommendationServiceClient,
} from '@affinity/contracts';
import { createGrpcClient } from '@affinity/service-kit';
import type { LocalSystem } from './system/local-system';
import type { SystemApp } from './system/system-apps';

/** How long a call may take, in milliseconds. */
const defaultDeadlineMs = 15_000;

/** The clients of a demo. */
export type DemoClients = ReturnType<typeof openClients>;

/** Connects to the services of a system. */
export function openClients(system: LocalSystem) {
  const address = (app: SystemApp): string => system.addressOf(app) ?? `${app} has no address`;
  const store = { address: address('feature-store'), defaultDeadlineMs };
  const ingest = createGrpcClient(IngestServiceClient, { address: address('ingest'), defaultDeadlineMs });
  const items = createGrpcClient(ItemServiceClient, store);
  const profiles = createGrpcClient(ProfileServiceClient, store);
  const recommendations = createGrpcClient(RecommendationServiceClient, {
    address: address('recommender-gateway'),
    defaultDeadlineMs,
  });
  const close = (): void => {
    for (const client of [ingest, items, profiles, recommendations]) client.close();
  };
  return { ingest, items, profiles, recommendations, close };
}
