import { Event, type StreamEventsResponse } from '@affinity/contracts';
import { until } from '@affinity/testing';
import { startIngestSystem, type IngestSystem } from './ingest-system';

const attributes = new Map([['colour', { kind: { $case: 'stringValue', value: 'red' } }]] as const);

function event(eventId: string, fields: Partial<Event> = {}): Event {
  const base = { eventId, userId: 'u', eventType: 'view', itemId: 'i', occurredAt: new Date() };
  return { ...Event.fromPartial(base), attributes: new Map(attributes), ...fields };
}

async function* requests(events: Iterable<Event>): AsyncIterable<{ event: Event }> {
  for (const one of events) yield { event: one };
}

async function all(answers: AsyncIterable<StreamEventsResponse>): Promise<readonly StreamEventsResponse[]> {
  const taken: StreamEventsResponse[] = [];
  for await (const answer of answers) taken.push(answer);
  return taken;
}

describe('StreamEvents', () => {
  let system: IngestSystem;
  beforeAll(async () => {
    system = await startIngestSystem({ AFFINITY_STREAM_WINDOW: '8' });
  });
  afterAll(() => system.stop());

  it('acknowledges every event in the order sent, bad ones included', async () => {
    const events = Array.from({ length: 1_000 }, (_, i) =>
      event(`s${i}`, { userId: `u${i % 7}`, ...(i % 100 === 99 ? { eventType: 'no' } : {}) }),
    );
    const answers = await all(system.client.streamEvents(requests(events)));
    expect(answers.map(({ outcome }) => outcome?.eventId)).toEqual(events.map(({ eventId }) => eventId));
    const kinds = answers.map(({ outcome }) => outcome?.outcome?.$case);
    expect(kinds.filter((kind) => kind === 'accepted')).toHaveLength(990);
    expect(kinds.filter((kind) => kind === 'rejected')).toHaveLength(10);
    expect(
      answers.every(({ outcome, readToken }) => (readToken !== '') === (outcome?.outcome?.$case === 'accepted')),
    ).toBe(true);
    const stored = await system.storedEvents();
    const mine = stored.flatMap((record) => (record.event?.userId === 'u3' ? [record.event.eventId] : []));
    expect(mine).toEqual(
      events.filter(({ userId, eventType }) => userId === 'u3' && eventType === 'view').map(({ eventId }) => eventId),
    );
  });

  it('acknowledges each event as it is stored, without waiting for the next', async () => {
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    async function* slowly(): AsyncIterable<{ event: Event }> {
      yield { event: event('first') };
      await released;
      yield { event: event('second') };
    }
    const answers = system.client.streamEvents(slowly())[Symbol.asyncIterator]();
    expect((await answers.next()).value).toMatchObject({ outcome: { eventId: 'first' } });
    release();
    expect((await answers.next()).value).toMatchObject({ outcome: { eventId: 'second' } });
    expect((await answers.next()).done).toBe(true);
  });

  it('ends open streams when the service stops, with the acknowledgements of what it read', async () => {
    const own = await startIngestSystem();
    try {
      const sent: string[] = [];
      async function* endless(): AsyncIterable<{ event: Event }> {
        for (let i = 0; ; i += 1) {
          sent.push(`d${i}`);
          yield { event: event(`d${i}`) };
        }
      }
      const acknowledged: string[] = [];
      const reading = (async () => {
        for await (const { outcome } of own.client.streamEvents(endless())) {
          if (outcome?.outcome?.$case === 'accepted') acknowledged.push(outcome.eventId);
        }
      })();
      await until(() => acknowledged.length > 100, 10_000, 'a hundred acknowledgements');
      const exit = await own.service.stop();
      // Whether the stream ends well or is cut after its last answer is the network's choice.
      await reading.catch(() => undefined);
      expect(exit).toMatchObject({ code: 0 });
      const stored = new Set((await own.storedEvents()).map((record) => record.event?.eventId));
      expect(acknowledged.filter((eventId) => !stored.has(eventId))).toEqual([]);
    } finally {
      await own.stop();
    }
  });
});
