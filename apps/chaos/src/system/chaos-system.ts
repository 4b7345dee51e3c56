import {
  type BackingStack,
  type HttpFaultProxy,
  serviceEnvironment,
  type ServiceProcess,
  startBackingStack,
  startHttpFaultProxy,
  startServiceProcess,
} from '@affinity/testing';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chaosSchemaText } from '../load/chaos-event';
import { startReplica, type Replica } from './replica';
import { StreamServer } from './stream-server';

/** What a system is started with. */
export interface ChaosSystemOptions {
  readonly partitions: number;
  readonly leaseTtlMs: number;
  /** Told in one line of what takes long. */
  readonly report: (line: string) => void;
  /** Told when a replica ends that nobody killed. */
  readonly onCrash: (what: string) => void;
}

/** Real servers, the services as processes, and faults between them. All of it dies with this process. */
export interface ChaosSystem {
  readonly backing: BackingStack<'nats' | 'redis' | 'dynamodb'>;
  /** Between the services and DynamoDB. */
  readonly store: HttpFaultProxy;
  readonly stream: StreamServer;
  readonly replicas: readonly Replica[];
  /** `host:port` */
  readonly ingestAddress: string;
  /** `host:port` */
  readonly featureStoreAddress: string;
  /** A folder that goes with the system. */
  readonly folder: string;
  /** Stops everything, services first. Once only. */
  stop(): Promise<void>;
}

/** What the names of all tables begin with. */
export const tablePrefix = 'chaos-';
const replicaCount = 3;

/** Starts a system. Rejects, leaving nothing behind, when a part of it does not start. */
export async function startChaosSystem(options: ChaosSystemOptions): Promise<ChaosSystem> {
  const stops: (() => Promise<unknown>)[] = [];
  const stop = async (): Promise<void> => {
    for (const one of stops.splice(0).reverse()) await one();
  };
  try {
    return { ...(await startParts(options, stops)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startParts(
  options: ChaosSystemOptions,
  stops: (() => Promise<unknown>)[],
): Promise<Omit<ChaosSystem, 'stop'>> {
  const { report } = options;
  const folder = await mkdtemp(join(tmpdir(), 'affinity-chaos-'));
  stops.push(() => rm(folder, { recursive: true, force: true }));
  const dataDir = join(folder, 'servers');
  // DynamoDB is given its faults by a proxy, and never restarted: it may keep its data in memory.
  const backing = await startBackingStack({ services: ['nats', 'redis', 'dynamodb'], dataDir, durable: false, report });
  stops.push(() => backing.stop());
  const { hostname: host, port } = new URL(backing.addresses.dynamodb.endpoint);
  const store = await startHttpFaultProxy({ target: { host, port: Number(port) } });
  stops.push(() => store.stop());
  const services = new Services(options, { backing, store, folder });
  const stream = new StreamServer({ service: backing.services.nats, dataDir });
  return { backing, store, stream, folder, ...(await services.start(stops)) };
}

interface Surroundings {
  readonly backing: ChaosSystem['backing'];
  readonly store: HttpFaultProxy;
  readonly folder: string;
}

class Services {
  private readonly schemaFile: string;

  constructor(
    private readonly options: ChaosSystemOptions,
    private readonly around: Surroundings,
  ) {
    this.schemaFile = join(around.folder, 'schema.yaml');
  }

  async start(stops: (() => Promise<unknown>)[]) {
    await writeFile(this.schemaFile, chaosSchemaText);
    const { nats, redis } = this.around.backing.addresses;
    const startGrpc = async (app: string, env: Record<string, string>): Promise<string> => {
      const process = await startServiceProcess({ app, env: { ...env, AFFINITY_GRPC_PORT: '0' } });
      stops.push(() => process.stop());
      return addressOf(process);
    };
    const featureStoreAddress = await startGrpc('feature-store', this.environment({ natsUrl: nats.url, redis }));
    const ingestAddress = await startGrpc('ingest', this.environment({ natsUrl: nats.url }));
    const replicas: Replica[] = [];
    for (let index = 0; index < replicaCount; index += 1) {
      const replica = await this.startReplica(index);
      stops.push(() => replica.stop());
      replicas.push(replica);
    }
    return { featureStoreAddress, ingestAddress, replicas };
  }

  private startReplica(index: number): Promise<Replica> {
    const { nats, redis } = this.around.backing.addresses;
    return startReplica({
      index,
      natsUrl: nats.url,
      onCrash: this.options.onCrash,
      environment: (natsUrl) => ({
        ...this.environment({ natsUrl, redis }),
        AFFINITY_LEASE_TTL_MS: String(this.options.leaseTtlMs),
      }),
    });
  }

  private environment(servers: { natsUrl: string; redis?: { readonly url: string } }): Record<string, string> {
    const { backing, store } = this.around;
    const dynamodb = { ...backing.addresses.dynamodb, endpoint: store.endpoint };
    const { natsUrl, ...rest } = servers;
    return serviceEnvironment(
      { nats: { url: natsUrl }, dynamodb, ...rest },
      { schemaFile: this.schemaFile, tablePrefix, partitions: this.options.partitions },
    );
  }
}

function addressOf(process: ServiceProcess): string {
  return `127.0.0.1:${process.port('grpcPort')}`;
}
