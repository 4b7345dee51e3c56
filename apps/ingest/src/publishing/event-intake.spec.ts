import { decodeReadToken, Event, StreamRecord, type RecordedEvent } from '@affinity/contracts';
import { schemaOf } from '@affinity/domain/fixtures';
import type { EventToPublish, PublishedEvent } from '@affinity/messaging';
import { AffinityError, resourceExhausted, unavailable } from '@affinity/service-kit';
import type { ItemLookup } from '../catalogue/item-catalogue';
import { createEventIntake } from './event-intake';
import { readTokenOf } from './read-token-of';

const now = Date.UTC(2026, 0, 1);

const schema = schemaOf({
  version: '1',
  event_types: { view: 1 },
  dimensions: [{ name: 'colour', kind: 'categorical' }],
});

const red = new Map([['colour', { kind: { $case: 'stringValue', value: 'red' } }]] as const);

type Publish = (event: EventToPublish) => Promise<PublishedEvent>;

function setUp({
  publish,
  lookups = new Map(),
}: { publish?: Publish; lookups?: ReadonlyMap<string, ItemLookup> } = {}) {
  const published: EventToPublish[] = [];
  const store: Publish = (event) =>
    Promise.resolve({ kind: 'stored', partition: event.profileKey.length, sequence: published.length });
  const intake = createEventIntake({
    schema,
    now: () => now,
    catalogue: {
      lookUp: (itemIds) =>
        Promise.resolve(new Map([...itemIds].map((id) => [id, lookups.get(id) ?? { kind: 'unknown' }]))),
    },
    publisher: {
      publish: (event) => {
        published.push(event);
        return (publish ?? store)(event);
      },
    },
    onPublished: () => undefined,
  });
  return { intake, published };
}

function encoded(fields: Partial<Event> = {}): Uint8Array {
  const base = { eventId: 'e', userId: 'u', eventType: 'view', itemId: 'i', occurredAt: new Date(now) };
  return Event.encode({ ...Event.fromPartial(base), ...fields }).finish();
}

function recorded({ body }: EventToPublish): RecordedEvent | undefined {
  const { record } = StreamRecord.decode(body);
  return record?.$case === 'event' ? record.value : undefined;
}

describe('createEventIntake', () => {
  it('records an event with the attributes of its item and the time of its arrival', async () => {
    const { intake, published } = setUp({ lookups: new Map([['i', { kind: 'known', attributes: red }]]) });
    const [taken] = await intake.takeAll([encoded()]);
    expect(taken?.outcome.outcome).toEqual({ $case: 'accepted', value: { unknownItem: false } });
    expect(published[0]).toMatchObject({ profileKey: 'u', eventId: 'e', eventType: 'view' });
    expect(recorded(published[0]!)).toMatchObject({
      receivedAt: new Date(now),
      unknownItem: false,
      event: { attributes: red },
    });
  });

  it('leaves the attributes alone that an event brings itself', async () => {
    const own = new Map([['colour', { kind: { $case: 'stringValue', value: 'blue' } }]] as const);
    const { intake, published } = setUp({ lookups: new Map([['i', { kind: 'known', attributes: red }]]) });
    await intake.takeAll([encoded({ attributes: new Map(own) })]);
    expect(recorded(published[0]!)?.event?.attributes).toEqual(own);
  });

  it('accepts and flags an unknown item', async () => {
    const { intake, published } = setUp();
    const [taken] = await intake.takeAll([encoded()]);
    expect(taken?.outcome.outcome).toEqual({ $case: 'accepted', value: { unknownItem: true } });
    expect(recorded(published[0]!)?.unknownItem).toBe(true);
  });

  it('asks to come back when the catalogue is needed and out of reach', async () => {
    const { intake, published } = setUp({ lookups: new Map([['i', { kind: 'unreachable' }]]) });
    const [needy, complete] = await intake.takeAll([
      encoded(),
      encoded({ eventId: 'e2', userId: 'v', attributes: new Map(red) }),
    ]);
    expect(needy?.outcome.outcome?.$case).toBe('retryLater');
    expect(complete?.outcome.outcome?.$case).toBe('accepted');
    expect(published).toHaveLength(1);
  });

  it('refuses bad events, each with its fields, and takes the good ones of the same call', async () => {
    const { intake, published } = setUp();
    const taken = await intake.takeAll([encoded({ userId: '' }), encoded(), Buffer.of(0xff)]);
    expect(taken.map(({ outcome }) => [outcome.eventId, outcome.outcome?.$case])).toEqual([
      ['e', 'rejected'],
      ['e', 'accepted'],
      ['', 'rejected'],
    ]);
    expect(published).toHaveLength(1);
  });

  it('refuses an event whose catalogue attributes are too large to record', async () => {
    const values = Array.from({ length: 64 }, () => 'x'.repeat(256));
    const huge = new Map(
      Array.from({ length: 40 }, (_, i) => [`a${i}`, { kind: { $case: 'listValue', value: { values } } }] as const),
    );
    const { intake, published } = setUp({ lookups: new Map([['i', { kind: 'known', attributes: huge }]]) });
    const [taken] = await intake.takeAll([encoded()]);
    expect(taken?.outcome.outcome).toMatchObject({ $case: 'rejected', value: { violations: [{ field: 'item_id' }] } });
    expect(published).toHaveLength(0);
  });

  it('publishes nothing of a profile after an event of it that failed, and goes on with other profiles', async () => {
    const fails = (event: EventToPublish): Promise<PublishedEvent> =>
      event.eventId === '2'
        ? Promise.reject(unavailable('the stream is away', { retryAfterMs: 700 }))
        : Promise.resolve({ kind: 'stored', partition: 0, sequence: 1 });
    const { intake, published } = setUp({ publish: fails });
    const events = ['1', '2', '3'].map((eventId) => encoded({ eventId }));
    const taken = await intake.takeAll([...events, encoded({ eventId: '4', userId: 'v' })]);
    expect(taken.map(({ outcome }) => outcome.outcome?.$case)).toEqual([
      'accepted',
      'retryLater',
      'retryLater',
      'accepted',
    ]);
    expect(taken[2]?.outcome.outcome).toMatchObject({ value: { retryAfterMs: 700 } });
    expect(published.map(({ eventId }) => eventId).sort()).toEqual(['1', '2', '4']);
  });

  it('publishes a stream of one profile in order although lookups take their time', async () => {
    const { intake, published } = setUp();
    const take = intake.open();
    await Promise.all(
      ['1', '2', '3'].map((eventId, i) => take(encoded({ eventId, attributes: new Map(i === 0 ? [] : red) }))),
    );
    expect(published.map(({ eventId }) => eventId)).toEqual(['1', '2', '3']);
  });

  it.each([
    ['is full', resourceExhausted('the stream is full', 5_000), 5_000],
    ['does not answer', unavailable('no answer'), 500],
  ])('asks to come back when the stream %s', async (_, error, retryAfterMs) => {
    const { intake } = setUp({ publish: () => Promise.reject(error) });
    const [taken] = await intake.takeAll([encoded()]);
    expect(taken?.outcome.outcome).toEqual({ $case: 'retryLater', value: { reason: error.message, retryAfterMs } });
  });

  it('fails the call on a bug instead of hiding it', async () => {
    const { intake } = setUp({ publish: () => Promise.reject(new TypeError('bug')) });
    await expect(intake.takeAll([encoded()])).rejects.toThrow(AffinityError);
  });

  it('answers with a token of the last position in each partition, by sequence alone for repeats', async () => {
    const positions: Record<string, PublishedEvent> = {
      a: { kind: 'stored', partition: 1, sequence: 5 },
      b: { kind: 'stored', partition: 1, sequence: 9 },
      c: { kind: 'duplicate', partition: 2, sequence: 3 },
    };
    const { intake } = setUp({ publish: ({ eventId }) => Promise.resolve(positions[eventId]!) });
    const taken = await intake.takeAll(['a', 'b', 'c'].map((eventId) => encoded({ eventId, userId: eventId })));
    expect(decodeReadToken(readTokenOf(taken))).toEqual(
      new Map([
        [1, { sequence: 9, publishedAtMs: now }],
        [2, { sequence: 3, publishedAtMs: 0 }],
      ]),
    );
  });
});
