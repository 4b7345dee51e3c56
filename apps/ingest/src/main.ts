import { descriptorSet } from '@affinity/contracts';
import { connectNats, createEventPublisher, ensureEventStreams } from '@affinity/messaging';
import { createDynamoClient, createDynamoItemStore, tableNames } from '@affinity/profile-storage';
import {
  checkGrpcServerSettings,
  CircuitBreaker,
  createGrpcServer,
  runService,
  type ServiceContext,
} from '@affinity/service-kit';
import { CachedCatalogue, type ItemSource } from './catalogue/cached-catalogue';
import { ingestSettings, type IngestConfig } from './config';
import { createIngestService } from './ingest-handlers';
import { createIngestMeter } from './ingest-meter';
import { createNatsReadiness } from './nats-readiness';
import { createEventIntake } from './publishing/event-intake';
import { InFlightBudget } from './publishing/in-flight-budget';

const name = 'ingest';

void runService(
  {
    name,
    version: '0.1.0',
    summary: 'Takes events in: validates, completes and stores them durably.',
    settings: ingestSettings,
    checks: [checkGrpcServerSettings],
    process,
  },
  build,
);

async function build(context: ServiceContext<IngestConfig>): Promise<void> {
  const { config, logger, metrics, health } = context;
  const connection = await connectNats(config, { name, logger });
  context.add(createNatsReadiness(connection, health));
  await ensureEventStreams(connection, {
    partitions: config.partitions,
    replicas: config.streamReplicas,
    maxBytes: config.streamMaxBytes,
  });
  const budget = new InFlightBudget(config.maxEventsInFlight);
  const meter = createIngestMeter(metrics, () => budget.inFlight);
  const intake = createEventIntake({
    schema: config.schema,
    catalogue: new CachedCatalogue({
      source: openItemSource(context),
      meter: meter.catalogue,
      now: Date.now,
      maxEntries: config.catalogueCacheEntries,
      maxBytes: config.catalogueCacheBytes,
      ttlMs: config.catalogueTtlMs,
      unknownTtlMs: config.catalogueUnknownTtlMs,
    }),
    publisher: createEventPublisher({
      connection,
      partitions: config.partitions,
      maxInFlight: config.maxEventsInFlight,
      // Together below the default deadline of a call, so that its caller hears "retry later" and not nothing.
      attempts: 3,
      attemptTimeoutMs: 1_000,
    }),
    now: Date.now,
    onPublished: (tookMs) => meter.published(tookMs),
  });
  const services = [createIngestService({ intake, budget, meter, streamWindow: config.streamWindow })];
  context.add(createGrpcServer({ settings: config, services, logger, metrics, health, descriptorSet }));
}

function openItemSource({ config, add }: ServiceContext<IngestConfig>): ItemSource {
  const client = createDynamoClient(config);
  add({
    name: 'dynamodb',
    start: () => Promise.resolve(),
    stop: () => {
      client.destroy();
      return Promise.resolve();
    },
  });
  const store = createDynamoItemStore({ client, table: tableNames(config.dynamoTablePrefix).items });
  // While the store does not answer, events that need it must be told so at once and not after its timeout.
  const circuit = new CircuitBreaker({ name: 'the catalogue', minCalls: 5 });
  return { getItems: (itemIds) => circuit.run(() => store.getItems(itemIds)) };
}
