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
import { lakeSinkCount, lakeSinkEnvironment, lakeSinkKind, openChaosLake, type ChaosLake } from './lake-sinks';
import { startReplica, type Replica, type ReplicaKind } from './replica';
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
  readonly backing: BackingStack;
  /** Between the services and DynamoDB. */
  readonly store: HttpFaultProxy;
  readonly lake: ChaosLake;
  readonly stream: StreamServer;
  /** Of the aggregator. */
  readonly replicas: readonly Replica[];
  readonly sinks: readonly Replica[];
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
const aggregatorKind: ReplicaKind = {
  app: 'profile-aggregator',
  title: 'aggregator',
  partsMetric: 'affinity_aggregator_partitions',
};

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
  // DynamoDB and the object store are given their faults by proxies, and never restarted: they may keep data in memory.
  const needed = ['nats', 'redis', 'dynamodb', 'objectStore'] as const;
  const backing = await startBackingStack({ services: needed, dataDir, durable: false, report });
  stops.push(() => backing.stop());
  const { hostname: host, port } = new URL(backing.addresses.dynamodb.endpoint);
  const store = await startHttpFaultProxy({ target: { host, port: Number(port) } });
  stops.push(() => store.stop());
  const lake = await openChaosLake(backing.addresses.objectStore);
  stops.push(() => lake.stop());
  const services = new Services(options, { backing, store, lake, folder });
  const stream = new StreamServer({ service: backing.services.nats, dataDir });
  return { backing, store, lake, stream, folder, ...(await services.start(stops)) };
}

interface Surroundings {
  readonly backing: ChaosSystem['backing'];
  readonly store: HttpFaultProxy;
  readonly lake: ChaosLake;
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
    const startAll = async (count: number, start: (index: number) => Promise<Replica>): Promise<readonly Replica[]> => {
      const started: Replica[] = [];
      for (let index = 0; index < count; index += 1) {
        const replica = await start(index);
        stops.push(() => replica.stop());
        started.push(replica);
      }
      return started;
    };
    const replicas = await startAll(replicaCount, (index) => this.startAggregator(index));
    const sinks = await startAll(lakeSinkCount, (index) => this.startLakeSink(index));
    return { featureStoreAddress, ingestAddress, replicas, sinks };
  }

  private startAggregator(index: number): Promise<Replica> {
    const { redis } = this.around.backing.addresses;
    return this.startReplica({ kind: aggregatorKind, index }, (natsUrl) => this.environment({ natsUrl, redis }));
  }

  private startLakeSink(index: number): Promise<Replica> {
    const { lake, backing } = this.around;
    return this.startReplica({ kind: lakeSinkKind, index }, (natsUrl) => ({
      ...this.serversEnvironment({ natsUrl }),
      ...lakeSinkEnvironment(lake, backing.addresses.objectStore),
    }));
  }

  private startReplica(
    which: { readonly kind: ReplicaKind; readonly index: number },
    environment: (natsUrl: string) => Readonly<Record<string, string>>,
  ): Promise<Replica> {
    const { leaseTtlMs, onCrash } = this.options;
    const lease = { AFFINITY_LEASE_TTL_MS: String(leaseTtlMs) };
    return startReplica({
      ...which,
      natsUrl: this.around.backing.addresses.nats.url,
      onCrash,
      environment: (natsUrl) => ({ ...environment(natsUrl), ...lease }),
    });
  }

  private environment(servers: Servers): Record<string, string> {
    return this.serversEnvironment(servers, { schemaFile: this.schemaFile });
  }

  /** Of a service that does not read the schema, unless told. */
  private serversEnvironment(
    { natsUrl, ...rest }: Servers,
    schema: { readonly schemaFile?: string } = {},
  ): Record<string, string> {
    const { backing, store } = this.around;
    const dynamodb = { ...backing.addresses.dynamodb, endpoint: store.endpoint };
    return serviceEnvironment(
      { nats: { url: natsUrl }, dynamodb, ...rest },
      { ...schema, tablePrefix, partitions: this.options.partitions },
    );
  }
}

interface Servers {
  readonly natsUrl: string;
  readonly redis?: { readonly url: string };
}

function addressOf(process: ServiceProcess): string {
  return `127.0.0.1:${process.port('grpcPort')}`;
}
