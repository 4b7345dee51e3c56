import { BinaryWriter } from '@bufbuild/protobuf/wire';
import { Event, PublishEventsResponse, StreamEventsResponse } from '@affinity/contracts';
import { createGrpcClient } from '@affinity/service-kit';
import { hostileRequests } from './hostile-requests';
import { startIngestSystem, type IngestSystem } from './ingest-system';

/** IngestService as a caller sees it who writes the bytes of requests by hand. */
const rawService = {
  publishEvents: {
    path: '/affinity.events.v1.IngestService/PublishEvents',
    requestStream: false,
    responseStream: false,
    requestSerialize: (bytes: Uint8Array) => Buffer.from(bytes),
    requestDeserialize: (bytes: Buffer): Uint8Array => bytes,
    responseSerialize: (answer: PublishEventsResponse) => Buffer.from(PublishEventsResponse.encode(answer).finish()),
    responseDeserialize: (bytes: Buffer) => PublishEventsResponse.decode(bytes),
  },
  streamEvents: {
    path: '/affinity.events.v1.IngestService/StreamEvents',
    requestStream: true,
    responseStream: true,
    requestSerialize: (bytes: Uint8Array) => Buffer.from(bytes),
    requestDeserialize: (bytes: Buffer): Uint8Array => bytes,
    responseSerialize: (answer: StreamEventsResponse) => Buffer.from(StreamEventsResponse.encode(answer).finish()),
    responseDeserialize: (bytes: Buffer) => StreamEventsResponse.decode(bytes),
  },
} as const;

function requestOf(...events: readonly Uint8Array[]): Uint8Array {
  const writer = new BinaryWriter();
  for (const event of events) writer.uint32(10).bytes(event);
  return writer.finish();
}

const good = Event.encode(
  Event.fromPartial({
    eventId: 'good',
    userId: 'good',
    eventType: 'view',
    itemId: 'i',
    occurredAt: new Date(),
    attributes: new Map([['colour', { kind: { $case: 'stringValue', value: 'red' } }]]),
  }),
).finish();

describe('hostile events', () => {
  let system: IngestSystem;
  const openRaw = () =>
    createGrpcClient({ service: rawService }, { address: system.address, defaultDeadlineMs: 20_000 });

  beforeAll(async () => {
    system = await startIngestSystem();
  });
  afterAll(() => system.stop());

  it('are each refused with a field, a thousand of them, none is stored and the process lives', async () => {
    const client = openRaw();
    const requests = hostileRequests(1_000, 20_261_121);
    const batches = Array.from({ length: 100 }, (_, i) => requests.slice(i * 10, i * 10 + 10));
    for (const batch of batches) {
      const { outcomes } = await client.publishEvents(requestOf(...batch.map(({ event }) => event)));
      expect(outcomes).toHaveLength(batch.length);
      outcomes.forEach(({ outcome }, i) => {
        const { what, fields } = batch[i]!;
        const named =
          outcome?.$case === 'rejected'
            ? outcome.value.violations.map(({ field }) => field.replace(/\[\d+\]$/, ''))
            : [];
        const isNamed = fields.some((field) => named.includes(field));
        expect({ what, named, isNamed }).toEqual({ what, named, isNamed: true });
      });
    }
    expect(await system.storedCount()).toBe(0);
    client.close();
  });

  it('are refused on a stream as well, which goes on', async () => {
    const client = openRaw();
    const requests = hostileRequests(300, 7).map(({ event }) => requestOf(event));
    async function* sent(): AsyncIterable<Uint8Array> {
      yield* requests;
    }
    const kinds: (string | undefined)[] = [];
    for await (const { outcome } of client.streamEvents(sent())) kinds.push(outcome?.outcome?.$case);
    expect(kinds).toEqual(new Array(300).fill('rejected'));
    expect(await system.storedCount()).toBe(0);
    client.close();
  });

  it.each([
    ['2 MB of attributes', () => requestOf(Event.encode(huge(2_000_000)).finish()), 'INVALID_ARGUMENT', 'events'],
    ['bytes that are no message', () => Buffer.from('not protobuf at all, but a text'), 'INVALID_ARGUMENT', 'bytes'],
    ['a request of groups in groups', () => new Uint8Array(100_000).fill(0xfb), 'INVALID_ARGUMENT', 'bytes'],
    ['8 MB', () => new Uint8Array(8_000_000), 'RESOURCE_EXHAUSTED', ''],
  ])('fails a call with %s', async (_, request, code, words) => {
    const client = createGrpcClient(
      { service: rawService },
      { address: system.address, defaultDeadlineMs: 20_000, maxMessageBytes: 16_000_000 },
    );
    await expect(client.publishEvents(request())).rejects.toMatchObject({
      code,
      message: expect.stringContaining(words) as unknown,
    });
    client.close();
  });

  it('do not keep a good event in their midst from being stored', async () => {
    const client = openRaw();
    const [one, two] = hostileRequests(2, 3).map(({ event }) => event);
    const { outcomes } = await client.publishEvents(requestOf(one!, good, two!));
    expect(outcomes.map(({ outcome }) => outcome?.$case)).toEqual(['rejected', 'accepted', 'rejected']);
    expect(await system.storedCount()).toBe(1);
    client.close();
  });
});

function huge(bytes: number): Event {
  return Event.fromPartial({
    eventId: 'huge',
    userId: 'u',
    eventType: 'view',
    itemId: 'i',
    occurredAt: new Date(),
    attributes: new Map([['note', { kind: { $case: 'stringValue', value: 'x'.repeat(bytes) } }]]),
  });
}
