/*
 * Events taken in a second, durably, against bare JetStream publishing of the same records with message ids: PublishEvents
 * one at a time, 50 and 500 together, and StreamEvents.
 */
import {
  eventSubject,
  IngestServiceClient,
  messageId,
  StreamRecord,
  type Event,
  type StreamEventsResponse,
} from '@affinity/contracts';
import { partitionOf } from '@affinity/domain';
import { connectNats, ensureEventStreams } from '@affinity/messaging';
import { createGrpcClient, silentLogger } from '@affinity/service-kit';
import {
  alternate,
  latencyColumns,
  median,
  reportBenchmark,
  runBenchmark,
  saturate,
  serviceEnvironment,
  startBackingStack,
  startServiceProcess,
} from '@affinity/testing';
import { jetstream } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const rounds = 5;
const durationMs = 1_500;
const partitions = 32;
const users = 5_000;
/** Events that are under way at once on each side. */
const inFlight = 400;

const attributes = new Map(
  Array.from({ length: 10 }, (_, i) => [`a${i}`, { kind: { $case: 'stringValue' as const, value: `value${i}` } }]),
);
let made = 0;

function nextEvent(): Event {
  made += 1;
  return {
    eventId: `e${made}`,
    userId: `u${made % users}`,
    sessionId: 's',
    eventType: 'view',
    itemId: `i${made % 1_000}`,
    occurredAt: new Date(),
    attributes,
    recommendationId: '',
    impression: [],
  };
}

/** One event's throughput and the latency of the calls that carried it. */
interface Load {
  readonly eventsPerSecond: number;
  readonly latenciesMs: readonly number[];
}

async function publishBare(connection: NatsConnection): Promise<Load> {
  const client = jetstream(connection);
  const { perSecond, latenciesMs } = await saturate(
    async () => {
      const event = nextEvent();
      const value = { event, receivedAt: new Date(), unknownItem: false };
      const body = StreamRecord.encode({ record: { $case: 'event', value } }).finish();
      const subject = eventSubject(partitionOf(event.userId, partitions), event.eventType);
      await client.publish(subject, body, { msgID: messageId(event.userId, event.eventId) });
    },
    { inFlight, durationMs },
  );
  return { eventsPerSecond: perSecond, latenciesMs };
}

type Ingest = ReturnType<typeof createGrpcClient<typeof IngestServiceClient.service>>;

async function publishBatches(ingest: Ingest, size: number): Promise<Load> {
  const calls = Math.max(2, Math.min(64, Math.floor(inFlight / size)));
  const { perSecond, latenciesMs } = await saturate(
    async () => {
      const { outcomes } = await ingest.publishEvents({ events: Array.from({ length: size }, nextEvent) });
      const refused = outcomes.find(({ outcome }) => outcome?.$case !== 'accepted');
      if (refused !== undefined) throw new Error(`an event was refused: ${JSON.stringify(refused.outcome)}`);
    },
    { inFlight: calls, durationMs },
  );
  return { eventsPerSecond: perSecond * size, latenciesMs };
}

async function stream(ingest: Ingest): Promise<Load> {
  const window = 256;
  const sentAt: number[] = [];
  const latenciesMs: number[] = [];
  let room: (() => void) | undefined;
  const startedAt = performance.now();
  async function* events(): AsyncGenerator<{ event: Event }> {
    while (performance.now() - startedAt < durationMs) {
      while (sentAt.length - latenciesMs.length >= window) await new Promise<void>((resolve) => (room = resolve));
      sentAt.push(performance.now());
      yield { event: nextEvent() };
    }
  }
  const answers: AsyncIterable<StreamEventsResponse> = ingest.streamEvents(events());
  for await (const { outcome } of answers) {
    if (outcome?.outcome?.$case !== 'accepted') throw new Error(`an event was refused: ${JSON.stringify(outcome)}`);
    latenciesMs.push(performance.now() - (sentAt[latenciesMs.length] ?? NaN));
    room?.();
  }
  return { eventsPerSecond: (latenciesMs.length * 1_000) / (performance.now() - startedAt), latenciesMs };
}

async function main(): Promise<void> {
  const stack = await startBackingStack({ services: ['nats', 'dynamodb'] });
  const folder = await mkdtemp(join(tmpdir(), 'affinity-bench-'));
  try {
    const schemaFile = join(folder, 'schema.yaml');
    await writeFile(
      schemaFile,
      JSON.stringify({ version: 'bench', event_types: { view: 1 }, dimensions: [{ name: 'a0', kind: 'categorical' }] }),
    );
    const { nats } = stack.addresses;
    const connection = await connectNats({ natsUrls: [nats.url] }, { name: 'bench', logger: silentLogger() });
    await ensureEventStreams(connection, { partitions, replicas: 1, maxBytes: -1 });
    const { dynamodb } = stack.addresses;
    const env = serviceEnvironment({ nats, dynamodb }, { schemaFile, tablePrefix: 'bench-', partitions });
    const service = await startServiceProcess({ app: 'ingest', env: { ...env, AFFINITY_GRPC_PORT: '0' } });
    const address = `127.0.0.1:${service.port('grpcPort')}`;
    const ingest = createGrpcClient(IngestServiceClient, { address, defaultDeadlineMs: 30_000 });
    const results = await alternate(
      {
        bare: () => publishBare(connection),
        one: () => publishBatches(ingest, 1),
        fifty: () => publishBatches(ingest, 50),
        fiveHundred: () => publishBatches(ingest, 500),
        stream: () => stream(ingest),
      },
      rounds,
    );
    ingest.close();
    await connection.close();
    await service.stop();
    const rateOf = (loads: readonly Load[]): number => median(loads.map(({ eventsPerSecond }) => eventsPerSecond));
    const bare = rateOf(results.bare);
    const row = (what: string, loads: readonly Load[]) => ({
      what,
      eventsPerSecond: rateOf(loads),
      ofBare: rateOf(loads) / bare,
      ...latencyColumns(loads.map(({ latenciesMs }) => latenciesMs)),
    });
    reportBenchmark('ingest', [
      row('bare JetStream publishing with message ids', results.bare),
      row('PublishEvents, 1 event a call', results.one),
      row('PublishEvents, 50 events a call', results.fifty),
      row('PublishEvents, 500 events a call', results.fiveHundred),
      row('StreamEvents', results.stream),
    ]);
  } finally {
    await stack.stop();
    await rm(folder, { recursive: true });
  }
}

runBenchmark(main);
