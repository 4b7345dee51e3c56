import { Event, messageId, StreamRecord, toAttributes } from '@affinity/contracts';
import { decodeRecord } from './record-decoding';

const occurredAt = new Date(1_700_000_000_123);
const full = {
  eventId: 'e',
  userId: 'u',
  sessionId: 's',
  eventType: 'view',
  itemId: 'i',
  occurredAt,
  attributes: toAttributes(new Map([['colour', 'red']])),
  eventValue: 2.5,
  recommendationId: 'r',
  impression: ['i', 'j'],
};

function decode(over: Partial<Event> = {}) {
  const value = { event: Event.fromPartial({ ...full, ...over }), receivedAt: new Date(), unknownItem: false };
  return decodeRecord(StreamRecord.encode({ record: { $case: 'event', value } }).finish(), []);
}

describe('decodeRecord', () => {
  it('gives all that Personalize takes, the explicit impression before the recommendation id', () => {
    expect(decode()).toEqual({
      kind: 'event',
      visit: {
        profileKey: 'u',
        userId: 'u',
        sessionId: 's',
        event: {
          eventId: messageId('u', 'e'),
          eventType: 'view',
          sentAt: occurredAt,
          itemId: 'i',
          eventValue: 2.5,
          properties: '{"colour":"red"}',
          impression: ['i', 'j'],
        },
      },
    });
    expect(decode({ impression: [] })).toMatchObject({ visit: { event: { recommendationId: 'r' } } });
  });

  it('leaves out what is not there', () => {
    const bare = { itemId: '', attributes: new Map(), eventValue: undefined, recommendationId: '', impression: [] };
    expect(decode(bare)).toMatchObject({
      visit: { event: { eventId: messageId('u', 'e'), eventType: 'view', sentAt: occurredAt } },
    });
  });

  it('knows an anonymous visitor by session, and a user without a session by the user', () => {
    const anonymous = decode({ userId: '' });
    expect(anonymous).toMatchObject({ visit: { profileKey: 'session:s', sessionId: 's' } });
    expect(anonymous).not.toHaveProperty('visit.userId');
    expect(decode({ sessionId: '' })).toMatchObject({ visit: { userId: 'u', sessionId: 'u' } });
    // Personalize joins the anonymous events of a session with the user by this.
    expect(decode()).toMatchObject({ visit: { userId: 'u', sessionId: 's' } });
  });

  it('passes over what was shown while nothing was done, and takes what was done with it', () => {
    expect(decode({ itemId: '' })).toEqual({ kind: 'skipped' });
    expect(decode({ itemId: '', impression: [] })).toMatchObject({ kind: 'event' });
  });

  it('passes over erasures and says what it cannot use', () => {
    const erasure = { $case: 'erasure' as const, value: { profileKey: 'u', requestedAt: occurredAt } };
    expect(decodeRecord(StreamRecord.encode({ record: erasure }).finish(), [])).toEqual({ kind: 'skipped' });
    expect(decodeRecord(Buffer.from([255, 255]), [])).toMatchObject({ kind: 'unusable' });
    expect(decode({ occurredAt: undefined })).toMatchObject({ kind: 'unusable' });
    expect(decode({ userId: '', sessionId: '' })).toMatchObject({ kind: 'unusable' });
  });
});
