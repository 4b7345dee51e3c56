import { decodeReadToken, Event } from '@affinity/contracts';
import { until } from '@affinity/testing';
import { itemOf, startIngestSystem, type IngestSystem } from './ingest-system';

let nextEvent = 0;

function event(fields: Partial<Event> = {}): Event {
  nextEvent += 1;
  const base = { eventId: `e${nextEvent}`, userId: 'u', eventType: 'view', itemId: 'known', occurredAt: new Date() };
  return { ...Event.fromPartial(base), ...fields };
}

const own = new Map([['colour', { kind: { $case: 'stringValue', value: 'blue' } }]] as const);
const complete = (fields: Partial<Event> = {}): Event => event({ attributes: new Map(own), ...fields });

describe('PublishEvents', () => {
  let system: IngestSystem;
  const publish = async (...events: Event[]) => {
    const { outcomes, readToken } = await system.client.publishEvents({ events });
    return { kinds: outcomes.map(({ outcome }) => outcome?.$case), outcomes, readToken };
  };

  beforeAll(async () => {
    const fresh = { AFFINITY_CATALOGUE_TTL_MS: '0', AFFINITY_CATALOGUE_UNKNOWN_TTL_MS: '0' };
    system = await startIngestSystem(fresh, { ownDynamo: true });
    await system.putItems([itemOf('known', 'red')]);
  });
  afterAll(() => system.stop());

  it('stores events with the attributes of their items and flags unknown ones', async () => {
    const [known, unknown] = [event({ userId: 'enriched' }), event({ userId: 'enriched', itemId: 'unknown' })];
    const { outcomes } = await publish(known, unknown);
    expect(outcomes.map(({ outcome }) => outcome)).toEqual([
      { $case: 'accepted', value: { unknownItem: false } },
      { $case: 'accepted', value: { unknownItem: true } },
    ]);
    const stored = (await system.storedEvents()).filter((record) => record.event?.userId === 'enriched');
    expect(
      stored.map((record) => [record.event?.eventId, record.event?.attributes.get('colour')?.kind?.value]),
    ).toEqual([
      [known.eventId, 'red'],
      [unknown.eventId, undefined],
    ]);
    expect(Date.now() - stored[0]!.receivedAt!.getTime()).toBeLessThan(60_000);
  });

  it('stores a repeated event once, in one call and over several', async () => {
    const before = await system.storedCount();
    const repeated = complete();
    expect((await publish(repeated, repeated)).kinds).toEqual(['accepted', 'duplicate']);
    expect((await publish(repeated)).kinds).toEqual(['duplicate']);
    expect((await publish({ ...repeated, userId: 'somebody else' })).kinds).toEqual(['accepted']);
    expect(await system.storedCount()).toBe(before + 2);
  });

  it('keeps the order of each profile in the stream', async () => {
    const users = ['order-a', 'order-b', 'order-c'];
    const events = Array.from({ length: 300 }, (_, i) => complete({ userId: users[i % 3]!, eventValue: i }));
    expect(new Set((await publish(...events)).kinds)).toEqual(new Set(['accepted']));
    const stored = await system.storedEvents();
    for (const user of users) {
      const values = stored.flatMap((record) => (record.event?.userId === user ? [record.event.eventValue!] : []));
      expect(values).toHaveLength(100);
      expect(values).toEqual([...values].sort((left, right) => left - right));
    }
  });

  it('answers with a token that names the last position of each partition', async () => {
    const { readToken } = await publish(complete({ userId: 'token-a' }), complete({ userId: 'token-b' }));
    const token = decodeReadToken(readToken);
    expect(Math.max(...[...token!.values()].map(({ sequence }) => sequence))).toBe(await system.storedCount());
    expect((await publish(complete({ eventType: 'no' }))).readToken).toBe('');
  });

  it('refuses calls over their limits and says which', async () => {
    const many = Array.from({ length: 501 }, () => complete());
    await expect(publish(...many)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: 'events: must be at most 500, are 501',
    });
    await expect(publish()).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', message: 'events: must be at least 1' });
  });

  it('asks to come back while the catalogue is away, and takes complete events all the same', async () => {
    await system.stack.services.dynamodb.pause();
    try {
      const { kinds } = await publish(event({ itemId: 'never seen' }), complete({ userId: 'other' }));
      expect(kinds).toEqual(['retryLater', 'accepted']);
      expect((await publish(event({ itemId: 'known', userId: 'third' }))).kinds).toEqual(['accepted']);
    } finally {
      await system.stack.services.dynamodb.resume();
    }
    const late = event({ itemId: 'never seen' });
    await until(async () => (await publish(late)).kinds[0] === 'accepted', 20_000, 'the catalogue to be asked again');
  });

  it('asks to come back while the stream is away, and stores the same event once afterwards', async () => {
    const before = await system.storedCount();
    const patient = complete({ userId: 'patient' });
    await system.stack.services.nats.kill();
    expect((await publish(patient)).kinds).toEqual(['retryLater']);
    await system.stack.services.nats.restart();
    const outcome = await until(
      async () => {
        const [kind] = (await publish(patient)).kinds;
        return kind === 'retryLater' ? undefined : kind;
      },
      30_000,
      'the stream to take the event',
    );
    expect(['accepted', 'duplicate']).toContain(outcome);
    expect(await system.storedCount()).toBe(before + 1);
  });
});

describe('PublishEvents under overload', () => {
  it('refuses calls that exceed the events in flight, says when to come back, and recovers', async () => {
    const system = await startIngestSystem({ AFFINITY_MAX_EVENTS_IN_FLIGHT: '500' });
    try {
      const call = () =>
        system.client.publishEvents({ events: Array.from({ length: 400 }, () => complete()) }).then(
          () => 'taken',
          (error: unknown) => error,
        );
      const results = await Promise.all([call(), call(), call()]);
      expect(results).toContain('taken');
      expect(results).toContainEqual(expect.objectContaining({ code: 'RESOURCE_EXHAUSTED', retryAfterMs: 100 }));
      expect(await call()).toBe('taken');
    } finally {
      await system.stop();
    }
  });
});
