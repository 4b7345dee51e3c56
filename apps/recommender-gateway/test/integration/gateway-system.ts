import {
  Event,
  GetRecommendationsRequest,
  IngestServiceClient,
  ItemServiceClient,
  ProfileServiceClient,
  RecommendationServiceClient,
  toAttributes,
  type GetRecommendationsResponse,
} from '@affinity/contracts';
import type { AttributeValue } from '@affinity/domain';
import { createGrpcClient } from '@affinity/service-kit';
import {
  freePort,
  serviceEnvironment,
  startBackingStack,
  startHttpFaultProxy,
  startServiceProcess,
  uniqueName,
  type BackingStack,
  type HttpFaultProxy,
  type ServiceProcess,
} from '@affinity/testing';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const schemaYaml = `
version: "1"
event_types: { view: 1, park: 5, impression: { weight: 0, requires_item: false } }
dimensions:
  - { name: colour, kind: categorical, prior_strength: 5 }
  - { name: price, kind: numeric }
`;

/** All services that a recommendation passes through, as processes on real servers. */
export interface GatewaySystem {
  readonly stack: BackingStack<'nats' | 'redis' | 'dynamodb'>;
  /** Between the gateway and personalize-local. */
  readonly modelProxy: HttpFaultProxy;
  readonly services: Readonly<
    Record<'ingest' | 'aggregator' | 'store' | 'personalize' | 'feed' | 'gateway', ServiceProcess>
  >;
  readonly clients: ReturnType<typeof connect>;
  putItems(items: Readonly<Record<string, Readonly<Record<string, AttributeValue>>>>): Promise<void>;
  /** What part each value of a categorical dimension has in the population, as the feature store knows it now. */
  populationShares(dimension: string): Promise<readonly number[]>;
  /** Publishes views; gives the token to read them with. */
  view(userId: string, ...itemIds: readonly string[]): Promise<string>;
  /** Publishes a view of what was recommended. */
  click(userId: string, itemId: string, recommendationId: string): Promise<void>;
  recommend(
    userId: string,
    over?: Partial<GetRecommendationsRequest>,
    timeoutMs?: number,
  ): Promise<GetRecommendationsResponse>;
  close(): Promise<void>;
}

let counter = 0;

/** What a test needs of its own. */
export interface GatewaySystemOptions {
  /** YAML of the running experiment. Default: none runs. */
  readonly experiment?: string;
  /** Whether the gateway publishes what it shows. Default: true. */
  readonly impressions?: boolean;
  /** Further settings of the gateway. */
  readonly gatewayEnv?: Readonly<Record<string, string>>;
}

/** Starts everything. */
export async function startGatewaySystem({
  experiment,
  impressions = true,
  gatewayEnv = {},
}: GatewaySystemOptions = {}): Promise<GatewaySystem> {
  const folder = await mkdtemp(join(tmpdir(), 'affinity-gateway-'));
  const schemaFile = join(folder, 'schema.yaml');
  await writeFile(schemaFile, schemaYaml);
  const stack = await startBackingStack({ services: ['nats', 'redis', 'dynamodb'], shared: ['dynamodb'] });
  const experimentFile = experiment === undefined ? undefined : join(folder, 'experiment.yaml');
  if (experimentFile !== undefined) await writeFile(experimentFile, experiment ?? '');
  const personalizePort = await freePort();
  const modelProxy = await startHttpFaultProxy({ target: { host: '127.0.0.1', port: personalizePort } });
  const services = await startServices(stack, {
    schemaFile,
    dataDir: join(folder, 'personalize'),
    personalizePort,
    modelEndpoint: modelProxy.endpoint,
    experimentFile,
    impressions,
    gatewayEnv,
  });
  const clients = connect(services);
  const publish = async (userId: string, event: Partial<Event>): Promise<void> => {
    const id = { eventId: `c${(counter += 1)}`, userId, sessionId: 's', occurredAt: new Date() };
    await clients.ingest.publishEvents({ events: [Event.fromPartial({ ...id, eventType: 'view', ...event })] });
  };
  return {
    stack,
    modelProxy,
    services,
    clients,
    putItems: async (items) => {
      const messages = Object.entries(items).map(([itemId, attributes]) => ({
        itemId,
        attributes: toAttributes(new Map(Object.entries(attributes))),
      }));
      await clients.items.putItems({ items: messages });
    },
    populationShares: async (dimension) => {
      const profile = { key: { $case: 'userId' as const, value: 'nobody' } };
      const query = { dimensions: [dimension] };
      const { preferences } = await clients.profiles.getPreferences({ profile, query, maxValues: 0 });
      const preference = preferences?.dimensions[0]?.preference;
      return preference?.$case === 'categorical' ? preference.value.categories.map(({ population }) => population) : [];
    },
    view: async (userId, ...itemIds) => {
      const events = itemIds.map((itemId, i) => {
        const occurredAt = new Date(Date.now() - itemIds.length + i);
        return Event.fromPartial({
          eventId: `v${(counter += 1)}`,
          userId,
          sessionId: 's',
          eventType: 'view',
          itemId,
          occurredAt,
        });
      });
      return (await clients.ingest.publishEvents({ events })).readToken;
    },
    click: (userId, itemId, recommendationId) => publish(userId, { itemId, recommendationId }),
    recommend: (userId, over = {}, timeoutMs = 5_000) => {
      const profile = { key: { $case: 'userId' as const, value: userId } };
      return clients.gateway.getRecommendations(
        { ...GetRecommendationsRequest.fromPartial({}), profile, ...over },
        { timeoutMs },
      );
    },
    close: async () => {
      for (const client of Object.values(clients)) client.close();
      await Promise.all(Object.values(services).map((service) => service.kill()));
      await modelProxy.stop();
      await stack.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

interface StartOptions {
  readonly schemaFile: string;
  readonly dataDir: string;
  readonly personalizePort: number;
  readonly modelEndpoint: string;
  readonly experimentFile: string | undefined;
  readonly impressions: boolean;
  readonly gatewayEnv: Readonly<Record<string, string>>;
}

async function startServices(
  { addresses }: BackingStack<'nats' | 'redis' | 'dynamodb'>,
  { schemaFile, dataDir, personalizePort, modelEndpoint, experimentFile, impressions, gatewayEnv }: StartOptions,
): Promise<GatewaySystem['services']> {
  const { nats, redis, dynamodb } = addresses;
  const shared = { schemaFile, tablePrefix: `${uniqueName('t')}-`, partitions: 8 };
  const start = (app: string, env: Readonly<Record<string, string>>) => startServiceProcess({ app, env });
  const aggregator = await start('profile-aggregator', {
    ...serviceEnvironment({ nats, redis, dynamodb }, shared),
    AFFINITY_POPULATION_FLUSH_MS: '200',
  });
  // Those that are killed keep their ports, so that the gateway finds them again.
  const [storePort, ingestPort, gatewayPort] = [await freePort(), await freePort(), await freePort()];
  const store = await start('feature-store', {
    ...serviceEnvironment({ nats, redis, dynamodb }, shared),
    AFFINITY_GRPC_PORT: String(storePort),
    AFFINITY_POPULATION_REFRESH_MS: '300',
  });
  const personalize = await start('personalize-local', {
    AFFINITY_METRICS_PORT: '0',
    AFFINITY_HTTP_PORT: String(personalizePort),
    AFFINITY_DATA_DIR: dataDir,
  });
  const model = { AFFINITY_PERSONALIZE_ENDPOINT: `http://127.0.0.1:${personalizePort}` };
  const ingest = await start('ingest', {
    ...serviceEnvironment({ nats, dynamodb }, shared),
    AFFINITY_GRPC_PORT: String(ingestPort),
  });
  const feed = await start('personalize-feed', {
    ...serviceEnvironment({ nats, dynamodb }, shared),
    ...model,
    AFFINITY_PERSONALIZE_TRACKING_ID: String(personalize.ready['trackingId']),
  });
  const gateway = await start('recommender-gateway', {
    ...serviceEnvironment({ nats }, shared),
    AFFINITY_PERSONALIZE_ENDPOINT: modelEndpoint,
    AFFINITY_MODEL_PRICE_PER_1000: '0.5',
    ...(impressions ? { AFFINITY_INGEST_ADDRESS: `127.0.0.1:${ingestPort}` } : {}),
    ...(experimentFile === undefined ? {} : { AFFINITY_EXPERIMENT_FILE: experimentFile }),
    AFFINITY_GRPC_PORT: String(gatewayPort),
    AWS_ACCESS_KEY_ID: dynamodb.accessKeyId,
    AWS_SECRET_ACCESS_KEY: dynamodb.secretAccessKey,
    AFFINITY_FEATURE_STORE_ADDRESS: `127.0.0.1:${storePort}`,
    AFFINITY_PERSONALIZE_CAMPAIGN_ARN: String(personalize.ready['visitorCampaign']),
    AFFINITY_PERSONALIZE_RELATED_CAMPAIGN_ARN: String(personalize.ready['relatedCampaign']),
    AFFINITY_PERSONALIZE_RANKING_CAMPAIGN_ARN: String(personalize.ready['rankingCampaign']),
    ...gatewayEnv,
  });
  return { ingest, aggregator, store, personalize, feed, gateway };
}

function connect({ ingest, store, gateway }: GatewaySystem['services']) {
  const options = (service: ServiceProcess) => ({
    address: `127.0.0.1:${service.port('grpcPort')}`,
    defaultDeadlineMs: 10_000,
  });
  return {
    ingest: createGrpcClient(IngestServiceClient, options(ingest)),
    items: createGrpcClient(ItemServiceClient, options(store)),
    profiles: createGrpcClient(ProfileServiceClient, options(store)),
    gateway: createGrpcClient(RecommendationServiceClient, options(gateway)),
  };
}

/** A sum of a metric's samples at /metrics; 0 when there are none. */
export async function readMetric(service: ServiceProcess, name: string): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${service.port('metricsPort')}/metrics`);
  const lines = (await response.text()).split('\n').filter((line) => line.startsWith(`${name}{`));
  return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}
