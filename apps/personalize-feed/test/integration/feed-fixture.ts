import { Event, StreamRecord, toAttributes } from '@affinity/contracts';
import { profileKeyOf, type Mark } from '@affinity/domain';
import { connectNats, createEventPublisher, ensureEventStreams } from '@affinity/messaging';
import { createDynamoClient, createDynamoReaderRegistry, tableNames } from '@affinity/profile-storage';
import { silentLogger } from '@affinity/service-kit';
import {
  freePort,
  serviceEnvironment,
  startBackingStack,
  startServiceProcess,
  uniqueName,
  type BackingStack,
  type ServiceProcess,
} from '@affinity/testing';
import type { NatsConnection } from '@nats-io/transport-node';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const schemaYaml = `
version: test
event_types: { view: 1, park: 5 }
dimensions:
  - { name: colour, kind: categorical }
`;

const partitions = 4;

/** What personalize-local recorded of an event. */
export interface LearnedEvent {
  readonly eventId: string;
  readonly userId?: string;
  readonly sessionId: string;
  readonly itemId: string;
  readonly sentAtMs: number;
  readonly properties?: string;
}

/** Real servers, personalize-local, and the way to publish, feed and look. */
export interface FeedFixture {
  readonly stack: BackingStack<'nats' | 'dynamodb'>;
  readonly connection: NatsConnection;
  readonly personalize: ServiceProcess;
  readonly personalizePort: number;
  /** What the names of all tables begin with. */
  readonly tablePrefix: string;
  publish(event: Partial<Event>): Promise<void>;
  startFeed(env?: Readonly<Record<string, string>>): Promise<ServiceProcess>;
  /** The events of these items that PutEvents acknowledged, in order, repeats included. */
  received(itemPrefix: string): Promise<readonly LearnedEvent[]>;
  /** The properties of items and users as PutItems and PutUsers put them last, by `item/<id>` and `user/<id>`. */
  entities(): Promise<ReadonlyMap<string, string>>;
  /** Distinct events that the model learned from. */
  learned(): Promise<number>;
  /** The lowest checkpoint of all partitions, as the purge of the stream sees it. */
  lowestCheckpoint(): Promise<Mark | undefined>;
  close(): Promise<void>;
}

/** Starts a fixture of its own servers. */
export async function startFeedFixture(): Promise<FeedFixture> {
  const folder = await mkdtemp(join(tmpdir(), 'affinity-feed-'));
  const schemaFile = join(folder, 'schema.yaml');
  await writeFile(schemaFile, schemaYaml);
  const stack = await startBackingStack({ services: ['nats', 'dynamodb'], shared: ['dynamodb'] });
  const connection = await connectNats(
    { natsUrls: [stack.addresses.nats.url] },
    { name: 'test', logger: silentLogger() },
  );
  await ensureEventStreams(connection, { partitions, replicas: 1, maxBytes: -1 });
  const publisher = createEventPublisher({ connection, partitions, attempts: 20 });
  const dataDir = join(folder, 'personalize');
  // The feed keeps its endpoint when personalize-local is killed and started again.
  const personalizePort = await freePort();
  const personalize = await startServiceProcess({
    app: 'personalize-local',
    env: { AFFINITY_HTTP_PORT: String(personalizePort), AFFINITY_METRICS_PORT: '0', AFFINITY_DATA_DIR: dataDir },
  });
  const tablePrefix = `${uniqueName('t')}-`;
  const env = {
    ...serviceEnvironment(stack.addresses, { schemaFile, tablePrefix, partitions }),
    AFFINITY_PERSONALIZE_ENDPOINT: `http://127.0.0.1:${personalizePort}`,
    AFFINITY_PERSONALIZE_TRACKING_ID: 'affinity-tracker',
    AFFINITY_CHECKPOINT_MS: '200',
    AFFINITY_LEASE_TTL_MS: '1000',
  };
  const { endpoint, region, accessKeyId, secretAccessKey } = stack.addresses.dynamodb;
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey });
  const dynamo = createDynamoClient({
    dynamoEndpoint: endpoint,
    dynamoRegion: region,
    dynamoTablePrefix: tablePrefix,
  });
  const registry = createDynamoReaderRegistry({ client: dynamo, table: tableNames(tablePrefix).control });
  return {
    stack,
    connection,
    personalize,
    personalizePort,
    tablePrefix,
    publish: (event) => publish(publisher, event),
    startFeed: (over = {}) => startServiceProcess({ app: 'personalize-feed', env: { ...env, ...over } }),
    received: async (itemPrefix) =>
      (await readJournal(dataDir)).flatMap((record) =>
        record.kind === 'event' && record.itemId.startsWith(itemPrefix) ? [record] : [],
      ),
    entities: async () =>
      new Map(
        (await readJournal(dataDir)).flatMap((record) =>
          record.kind === 'event' ? [] : [[`${record.kind}/${record.id}`, record.properties ?? '']],
        ),
      ),
    learned: () => readMetric(personalize, 'affinity_personalize_events_learned'),
    lowestCheckpoint: () => registry.lowestCheckpoint(),
    close: async () => {
      dynamo.destroy();
      await connection.close();
      await personalize.kill();
      await stack.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function publish(publisher: ReturnType<typeof createEventPublisher>, given: Partial<Event>): Promise<void> {
  const attributes = toAttributes(new Map([['colour', 'red']]));
  const event = Event.fromPartial({ eventType: 'view', sessionId: 's', occurredAt: new Date(), attributes, ...given });
  const record = { event, receivedAt: new Date(), unknownItem: false };
  const body = StreamRecord.encode({ record: { $case: 'event', value: record } }).finish();
  const profileKey = profileKeyOf(event) ?? '';
  await publisher.publish({ profileKey, eventId: event.eventId, eventType: event.eventType, body });
}

type JournalRecord =
  | (LearnedEvent & { readonly kind: 'event' })
  | { readonly kind: 'item' | 'user'; readonly id: string; readonly properties?: string };

async function readJournal(dataDir: string): Promise<readonly JournalRecord[]> {
  const segments = (await readdir(dataDir)).filter((name) => name.startsWith('events-')).sort();
  const texts = await Promise.all(segments.map((name) => readFile(join(dataDir, name), 'utf8')));
  const lines = texts.join('').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line.slice(line.indexOf(' ') + 1)) as JournalRecord);
}

/** A number that a service tells at /metrics. */
export async function readMetric(service: ServiceProcess, name: string): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${service.port('metricsPort')}/metrics`);
  const line = (await response.text()).split('\n').find((text) => text.startsWith(`${name}{`));
  if (line === undefined) throw new Error(`there is no metric ${name}`);
  return Number(line.split(' ').at(-1));
}
