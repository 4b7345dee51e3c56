import { toAttributes, type RecordedEvent } from '@affinity/contracts';
import { erasureLine, eventLine } from './lake-line';

const place = { partition: 7, position: { sequence: 42, timestampNs: 1_795_255_199_000_000_001n } };
const bare: RecordedEvent = {
  event: {
    eventId: 'e1',
    userId: '',
    sessionId: 's1',
    eventType: 'view',
    itemId: '',
    occurredAt: new Date('2026-11-20T23:59:59.999Z'),
    attributes: new Map(),
    recommendationId: '',
    impression: [],
  },
  receivedAt: new Date('2026-11-21T00:00:00.001Z'),
  unknownItem: false,
};

function withEvent(over: Partial<NonNullable<RecordedEvent['event']>>): RecordedEvent {
  return { ...bare, event: { ...bare.event!, ...over } };
}

describe('eventLine', () => {
  it('writes every key, in one order, absent values as null', () => {
    expect(eventLine(place, bare)).toBe(
      '{"kind":"event","partition":7,"sequence":42,"timestamp":"2026-11-21T09:59:59.000000001Z",' +
        '"profile_key":"session:s1","event_id":"e1","user_id":null,"session_id":"s1","event_type":"view","item_id":null,' +
        '"occurred_at":"2026-11-20T23:59:59.999Z","received_at":"2026-11-21T00:00:00.001Z","attributes":{},' +
        '"event_value":null,"recommendation_id":null,"impression":[],"unknown_item":false}',
    );
  });

  it('writes attributes of every kind, names ascending, whatever their order was', () => {
    const values = { seats: 5, colour: 'red', sold: false, tags: ['a', 'b'], __proto__x: '\n"ü' };
    const forwards = withEvent({ attributes: toAttributes(new Map(Object.entries(values))) });
    const backwards = withEvent({ attributes: toAttributes(new Map(Object.entries(values).reverse())) });
    expect(eventLine(place, forwards)).toBe(eventLine(place, backwards));
    const line = eventLine(place, forwards)!;
    expect(line).not.toContain('\n');
    expect((JSON.parse(line) as { attributes: unknown }).attributes).toEqual(values);
    expect(line).toContain('"attributes":{"__proto__x"');
  });

  it('keeps value, recommendation, impression and the flag of an unknown item', () => {
    const event = { eventValue: 0.1 + 0.2, recommendationId: 'r', impression: ['i1', 'i2'], itemId: 'i1', userId: 'u' };
    const line = eventLine(place, { ...withEvent(event), unknownItem: true })!;
    expect(JSON.parse(line)).toMatchObject({
      event_value: 0.1 + 0.2,
      recommendation_id: 'r',
      impression: ['i1', 'i2'],
      item_id: 'i1',
      profile_key: 'u',
      unknown_item: true,
    });
  });

  it('has none for an event without actor or time', () => {
    expect(eventLine(place, withEvent({ sessionId: '' }))).toBeUndefined();
    expect(eventLine(place, withEvent({ occurredAt: new Date(NaN) }))).toBeUndefined();
    expect(eventLine(place, { receivedAt: bare.receivedAt, unknownItem: false })).toBeUndefined();
  });
});

describe('erasureLine', () => {
  it('is a kind of its own', () => {
    expect(erasureLine(place, { profileKey: 'u', requestedAt: new Date(0) })).toBe(
      '{"kind":"erasure","partition":7,"sequence":42,"timestamp":"2026-11-21T09:59:59.000000001Z",' +
        '"profile_key":"u","requested_at":"1970-01-01T00:00:00.000Z"}',
    );
    expect(erasureLine(place, { profileKey: '', requestedAt: new Date(0) })).toBeUndefined();
  });
});
