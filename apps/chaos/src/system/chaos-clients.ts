import { IngestServiceClient, ProfileServiceClient } from '@affinity/contracts';
import { connectNats } from '@affinity/messaging';
import { createGrpcClient, silentLogger } from '@affinity/service-kit';
import type { NatsConnection } from '@nats-io/transport-node';
import type { IngestClient } from '../load/publish-until-acknowledged';
import type { ProfileClient } from '../load/steady-reader';
import type { ChaosSystem } from './chaos-system';

/** The clients of a run. */
export interface ChaosClients {
  readonly ingest: IngestClient;
  readonly profiles: ProfileClient;
  close(): void;
}

const defaultDeadlineMs = 15_000;

/** Clients of the services, without retries of their own. */
export function openClients({ ingestAddress, featureStoreAddress }: ChaosSystem): ChaosClients {
  const ingest = createGrpcClient(IngestServiceClient, { address: ingestAddress, defaultDeadlineMs });
  const profiles = createGrpcClient(ProfileServiceClient, { address: featureStoreAddress, defaultDeadlineMs });
  const close = (): void => {
    ingest.close();
    profiles.close();
  };
  return { ingest, profiles, close };
}

/** A connection to NATS without faults between, which comes back whenever the server does. */
export function connectStream({ backing }: ChaosSystem): Promise<NatsConnection> {
  return connectNats({ natsUrls: [backing.addresses.nats.url] }, { name: 'chaos', logger: silentLogger() });
}
